"""A reply as it leaves."""

import pytest

from hub.incoming.writing import write
from hub.wire.message import Reply

_REPLY = Reply(http_status=413, body=b'{"status_code":2000}', headers={"X-Request-ID": "1"})


def test_an_answer_has_its_length_and_date_and_names_no_software() -> None:
    """Exactly the reply's headers, what HTTP needs, and the hub's name."""
    head, _, body = write(_REPLY).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)

    assert first == "HTTP/1.1 413 Request Entity Too Large"
    assert body == _REPLY.body
    assert headers.pop("Date").endswith(" GMT")
    assert headers == {
        "X-Request-ID": "1",
        "Content-Type": "application/json",
        "Content-Length": "20",
        "Server": "ocpi-hub",
    }


def test_an_answer_to_head_is_a_head() -> None:
    """The length is that of the body that GET would get."""
    written = write(_REPLY, method="HEAD")

    assert written.endswith(b"\r\n\r\n")
    assert b"Content-Length: 20\r\n" in written


@pytest.mark.parametrize(
    ("close", "old", "said"), [(True, True, b"close"), (False, True, b"keep-alive"), (False, False, b"")]
)
def test_whether_the_connection_stays(close: bool, old: bool, said: bytes) -> None:
    """HTTP/1.1 stays unless it is said; HTTP/1.0 stays only when it is said."""
    head = write(_REPLY, close=close, old=old)

    assert (b"Connection: " + said in head) if said else b"Connection" not in head


@pytest.mark.parametrize("value", ["1\r\nX-Evil: 1", "1\nX-Evil: 1", "1\r"])
def test_a_header_that_would_end_its_line_is_not_sent(value: str) -> None:
    """SEC-17: Whatever a partner answered, nobody gets a header or an answer that was not meant."""
    with pytest.raises(ValueError, match="end of a line"):
        write(Reply(headers={"Link": value}))


def test_a_status_without_a_name() -> None:
    """A number that HTTP does not know is sent as it is."""
    assert write(Reply(http_status=499)).startswith(b"HTTP/1.1 499 \r\n")
