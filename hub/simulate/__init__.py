"""Simulated partners: separate OCPI platforms over real HTTP that know nothing of the hub's insides."""
