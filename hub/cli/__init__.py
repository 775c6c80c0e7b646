"""hubctl: one small file per command group; each parses words, calls one function, prints."""
