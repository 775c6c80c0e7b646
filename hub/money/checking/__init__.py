"""Checking CDRs: their figures against the engine's, the cause of a difference, and the rules for one CDR and for many."""
