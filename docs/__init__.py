"""What derives documents from the code: `python -m docs.build` writes them, `--check` tells which are stale."""
