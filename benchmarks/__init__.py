"""Figures about the hub that anyone can repeat: `make bench` prints them and the machine they were measured on."""
