"""Breaks the hub on purpose and writes down what came of it: `make proof` and `make proof-full`."""
