"""`python -m hub.demo.child PARENT_PID COMMAND…`: become COMMAND, and end when the parent ends, however it ends.

Nothing of a demonstration outlives it, not even when it was killed.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Ask Linux for SIGTERM when the parent is gone, then replace this process."""
    parent_pid, *command = arguments
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent_pid):
        sys.exit(f"the demonstration {parent_pid} is gone")
    os.execv(command[0], command)  # noqa: S606 - the command is the demonstration's own


if __name__ == "__main__":
    main(sys.argv[1:])
