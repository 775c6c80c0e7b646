"""Addresses inside forwarded messages: ours for theirs in Link, Location and response_url, and nothing else. Pure.

OCPI has no sentence on this; it follows from two facts: a URL of a party must be called with a token of that party's
platform, which only the hub has, and parties behind a hub know only the hub (checklist 4).
"""

import json
from collections.abc import Callable
from json.decoder import scanstring
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from hub.platform import Platform
from hub.wire.errors import InvalidParameters

PAGE = "hub_page"
"""The query parameter of this hub's opaque next-page addresses."""
_PREFIX = "response_url="
_decode: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().raw_decode


def read_response_url(body: bytes) -> str:
    """The response_url in a JSON object's top level; empty when there is none or it is no string."""
    spans = _spans(body.decode(), "response_url")
    return spans[-1][2] if spans and isinstance(spans[-1][2], str) else ""


def write_response_url(body: bytes, address: str) -> bytes:
    """Put `address` in place of response_url; every other byte stays."""
    text = body.decode()
    for start, end, _ in reversed(_spans(text, "response_url")):
        text = text[:start] + json.dumps(address, ensure_ascii=False) + text[end:]
    return text.encode()


def read_query_response_url(query: str) -> str:
    """The response_url of a query, decoded; an unencoded one, last in the query, is taken whole (checklist H4.41)."""
    start, end = _query_span(query)
    return unquote(query[start:end]) if end else ""


def write_query_response_url(query: str, address: str) -> str:
    """Put `address`, percent-encoded, in place of response_url."""
    start, end = _query_span(query)
    return query[:start] + quote(address, safe="") + query[end:]


def next_page(target: str, endpoint_url: str, asked_url: str, our_endpoint_url: str) -> str | None:
    """Our address for a partner's next page when it is its endpoint with another query; None when it needs a mapping."""
    absolute = urlsplit(urljoin(asked_url, target))
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
        name, at = scanstring(text, at + 1)
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
