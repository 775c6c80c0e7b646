"""The HTTP API of eMSP apps under /apps/v1: what is where, what is free, at what price, and how sure that is."""
