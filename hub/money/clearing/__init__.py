"""Clearing: what parties owe each other for the CDRs of a month, in whole minor units, so that everything adds up."""
