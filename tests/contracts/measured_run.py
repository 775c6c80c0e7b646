"""Runs a suite in a process of its own: the report on stdout, the most memory that it took on stderr.

python -m tests.contracts.measured_run FOLDER URL SECONDS [public]
"""

import asyncio
import json
import re
import sys
from pathlib import Path

from contracts.run import Target, run
from contracts.suite import load


def main(folder: str, url: str, limit_s: str, *public: str) -> None:
    """One run of every check of the suite in `folder`."""
    target = Target(
        role="CPO", versions_url=url, token="token-of-the-test", limit_s=float(limit_s), public_only=bool(public)
    )
    report = asyncio.run(run(load(Path(folder)), target))
    sys.stdout.write(json.dumps(report.value()))
    sys.stderr.write(str(most_memory_kib()))


def most_memory_kib() -> int:
    """Of this program alone: what getrusage tells begins with what the process was before it became this program."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    main(*sys.argv[1:])
