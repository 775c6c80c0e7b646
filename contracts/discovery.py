"""What a run knows before its first check: where the platform's endpoints are, and which party it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.client import URL_MAX_CHARS, Client, Sent
from contracts.clock import monotonic_s
from contracts.outcomes import CheckFailed
from contracts.trial import Session

_LISTED_MAX = 200
"""Versions, endpoints and roles that are looked at."""
_NAME_CHARS = 64
_CALL_S = 10.0
_SHARE = 0.25
"""Of the time that is left: a platform that is silent must not use it all up before the first check."""


async def discover(session: Session, client: Client, deadline_s: float) -> None:
    """Learn the endpoints and who the platform is; what is missing or wrong is for the checks to say."""
    asking = _Asking(client, session.token or session.token_a, session, deadline_s)
    for version in _listed(await asking.data(session.versions_url)):
        if version.get("version") == "2.2.1" and _is_url(version.get("url")):
            session.details_url = version["url"]
    details = await asking.data(session.details_url) if session.details_url else None
    found: dict[tuple[str, str], str] = {}
    for endpoint in _listed(details.get("endpoints") if isinstance(details, dict) else None):
        if _is_url(endpoint.get("url")):
            key = _text(endpoint.get("identifier")), _text(endpoint.get("role"))
            found.setdefault(key, endpoint["url"])
    session.endpoints = found or session.endpoints
    if session.them:
        return
    url = next((url for (module, _), url in session.endpoints.items() if module == "credentials"), "")
    credentials = await asking.data(url) if url else None
    for role in _listed(credentials.get("roles") if isinstance(credentials, dict) else None):
        party = {name: _text(role.get(name)) for name in ("country_code", "party_id")}
        if role.get("role") == session.role and not session.them and _is_party(party):
            session.them |= party


def _text(value: Any) -> str:
    return value[:_NAME_CHARS] if isinstance(value, str) else ""


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= URL_MAX_CHARS


def _is_party(party: Mapping[str, str]) -> bool:
    """It goes into the headers of every call; what is no party is for the checks to say."""
    return re.fullmatch(r"[A-Za-z]{2}\*[A-Za-z0-9]{3}", "*".join(party.values())) is not None


def _listed(value: Any) -> list[dict[str, Any]]:
    listed = value[:_LISTED_MAX] if isinstance(value, list) else []
    return [item for item in listed if isinstance(item, dict)]


@dataclass(slots=True)
class _Asking:
    """GETs before the first check: with the token as it should be, then raw, as older software wants it."""

    client: Client
    token: str | None
    session: Session
    deadline_s: float

    async def data(self, url: str) -> Any:
        for encoding in dict.fromkeys((self.session.encoding, "raw")):
            left_s = min(_CALL_S, (self.deadline_s - monotonic_s()) * _SHARE)
            if left_s <= 0:
                return None
            sent = Sent(method="GET", url=url, token=self.token, encoding=encoding, timeout_s=left_s)
            try:
                got = await self.client.call(sent)
            except CheckFailed:
                return None
            if got.http != 401:
                if encoding != self.session.encoding:
                    self.session.encoding = encoding
                    self.session.quirks["token_encoding"] = encoding
                self.session.keep_token_of(got.json)
                return got.json.get("data") if isinstance(got.json, dict) else None
        return None
