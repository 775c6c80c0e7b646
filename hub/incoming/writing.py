"""A Reply as the bytes of an HTTP/1.1 answer."""

from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from hub.clock import epoch_s
from hub.wire.message import Reply

SERVER = "ocpi-hub"  # no versions of what runs here


def write(reply: Reply, *, method: str = "GET", close: bool = False, old: bool = False) -> bytes:
    """Everything that is sent; `old`: to a client of HTTP/1.0 that asked for the connection to stay.

    Raises ValueError for a header that would end its line.
    """
    lines = [_status_line(reply.http_status)]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    lines += [
        "Content-Type: application/json",
        f"Content-Length: {len(reply.body)}",
        f"Date: {_date(epoch_s())}",
        f"Server: {SERVER}",
    ]
    if close:
        lines.append("Connection: close")
    elif old:
        lines.append("Connection: keep-alive")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
        raise ValueError("a header of an answer holds the end of a line")
    written = head.encode("utf-8", "surrogateescape") + b"\r\n\r\n"
    return written if method == "HEAD" else written + reply.body


@lru_cache(maxsize=100)
def _status_line(http_status: int) -> str:
    try:
        phrase = HTTPStatus(http_status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {http_status} {phrase}"


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
