"""Ports for what is started again and again: below those that the system gives to outgoing connections."""

import secrets
import socket

_FIRST, _LAST = 12_000, 32_000
"""Linux hands out 32768 and up by itself: a port of there may be somebody's while its owner is dead."""


def quiet_port() -> int:
    """A loopback port that nothing listens on now, and that nothing will be given by chance."""
    for _ in range(1000):
        port = _FIRST + secrets.randbelow(_LAST - _FIRST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")
