"""The published contract suite for OCPI partners: checks as data, and a runner that needs no hub and imports none."""
