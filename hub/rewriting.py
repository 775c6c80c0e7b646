"""Addresses inside forwarded messages: ours for theirs in Link, Location and response_url, and nothing else. Pure.

OCPI has no sentence on this; it follows from two facts: a URL of a party must be called with a token of that party's
platform, which only the hub has, and parties behind a hub know only the hub (checklist 4).
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from hub.platform import Platform
from hub.wire.errors import InvalidParameters

PAGE = "hub_page"
"""The query parameter of this hub's opaque next-page addresses."""
_NAME = "response_url"
_PREFIX = f"{_NAME}="
_decode: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().raw_decode


def read_response_url(body: bytes) -> str:
    """The response_url in a JSON object's top level; empty when there is none or it is no string."""
    spans = _spans(body.decode(), _NAME)
    return spans[-1][2] if spans and isinstance(spans[-1][2], str) else ""


def write_response_url(body: bytes, address: str) -> bytes:
    """Put `address` in place of response_url, wherever it is said twice too; every other byte stays."""
    text = body.decode()
    parts: list[str] = []
    kept_to = 0
    for start, end, _ in _spans(text, _NAME):
        parts += [text[kept_to:start], json.dumps(address, ensure_ascii=False)]
        kept_to = end
    return "".join([*parts, text[kept_to:]]).encode()


def read_query_response_url(query: str) -> str:
    """The response_url of a query, decoded; an unencoded one, last in the query, is taken whole (checklist H4.41).

    Raises InvalidParameters (2001) when there are two: one of them would reach the receiver as it is.
    """
    start, end = _query_span(query)
    around = f"{query[: max(start - len(_PREFIX), 0)]}&{query[end:]}"
    if end and any(unquote(pair.partition("=")[0]) == _NAME for pair in around.split("&")):
        raise InvalidParameters(f"{_NAME} is in the query twice: send it once")
    return unquote(query[start:end]) if end else ""


def write_query_response_url(query: str, address: str) -> str:
    """Put `address`, percent-encoded, in place of response_url."""
    start, end = _query_span(query)
    return query[:start] + quote(address, safe="") + query[end:]


def resolve(asked_url: str, target: str) -> str:
    """The absolute form of an address that a partner's answer to `asked_url` holds; empty when it cannot be read."""
    try:
        return urljoin(asked_url, target)
    except ValueError:
        return ""


def next_page(target: str, endpoint_url: str, our_endpoint_url: str) -> str | None:
    """Our address for a partner's next page when it is its endpoint with another query; None when it needs a mapping.

    `target` is absolute (see `resolve`).
    """
    absolute = urlsplit(target)
    endpoint = urlsplit(endpoint_url)
    same_place = (absolute.scheme, absolute.netloc.lower(), absolute.path.rstrip("/")) == (
        endpoint.scheme,
        endpoint.netloc.lower(),
        endpoint.path.rstrip("/"),
    )
    return f"{our_endpoint_url}?{absolute.query}" if same_place and absolute.query else None


def check_host(url: str, platform: Platform, field: str) -> None:
    """Refuse (2001) an address on a host that is none of the platform's registered ones (checklist H4.03)."""
    known = {urlsplit(known_url).hostname for known_url in (platform.versions_url, *platform.endpoints.values())}
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    if not host or host not in known:
        raise InvalidParameters(f"{field} must be on a host of your registered endpoints")


def _query_span(query: str) -> tuple[int, int]:
    """Where the value of response_url is; (0, 0) when there is none."""
    at = 0 if query.startswith(_PREFIX) else query.find("&" + _PREFIX) + 1
    if at == 0 and not query.startswith(_PREFIX):
        return 0, 0
    start = at + len(_PREFIX)
    separator = query.find("&", start)
    if separator < 0:
        return start, len(query)
    if "://" not in query[start:separator]:
        return start, separator
    duration = query.find("&duration=", start)
    return start, duration if duration >= 0 else len(query)


def _spans(text: str, wanted: str) -> list[tuple[int, int, object]]:
    """Start, end and value of every top-level member `wanted` of a JSON object that is known to be valid."""
    found: list[tuple[int, int, object]] = []
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        return found
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        value, end = _decode(text, at)
        if name == wanted:
            found.append((at, end, value))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at
