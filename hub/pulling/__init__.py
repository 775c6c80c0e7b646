"""Locations of operators that do not push are pulled: all of them at first, then what changed, now and then all again."""
