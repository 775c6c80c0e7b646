"""What derives documents from the code: `python -m docs.build` writes them, `--check` tells which are stale."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
"""Of the repository."""
