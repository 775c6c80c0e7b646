"""One check on its way: the values that its steps leave, the calls that it makes, and what it learns."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from contracts.client import ANSWER_MAX_BYTES, Client, Got, Sent
from contracts.clock import from_now, monotonic_s, new_name
from contracts.counterpart import Counterpart
from contracts.outcomes import CheckFailed, CheckSkipped
from contracts.quirks import of_answer
from contracts.suite import FUNCTIONAL, Check, Suite
from contracts.templates import fill

EXCHANGES_KEPT = 6
HELD_MAX_BYTES = 12 * 1024 * 1024
HELD_MAX_MARKS = 400_000
"""Of all answers of one check together; a mark is what json_text counts."""
SECRETS_MAX = 64
SECRET_MAX_CHARS = 1024
OPPOSITE = {"CPO": "EMSP", "EMSP": "CPO"}
_OPEN_TO_TOKEN_A = frozenset({"versions", "credentials"})
_TIMES: Mapping[str, Mapping[str, int]] = {
    "now": {},
    "second_ago": {"seconds": -1},
    "minute_ago": {"minutes": -1},
    "hour_ago": {"hours": -1},
    "day_ago": {"days": -1},
    "month_ago": {"days": -30},
    "years_ago": {"days": -3650},
    "in_a_minute": {"minutes": 1},
    "in_an_hour": {"hours": 1},
    "in_years": {"days": 3650},
}


@dataclass(slots=True, kw_only=True)
class Session:
    """How the runner stands with the platform; checks of the handshake change it."""

    versions_url: str
    role: str
    us: Mapping[str, str]
    them: dict[str, str]
    token: str | None
    token_a: str | None
    encoding: str = "base64"
    details_url: str = ""
    endpoints: dict[tuple[str, str], str] = field(default_factory=dict)
    agreed: list[dict[str, str]] = field(default_factory=list)
    """Every party and role that the platform may speak for; empty when nobody said."""
    registered_here: bool = False
    """This run made the registration, and so may change and end it."""
    retired: list[str] = field(default_factory=list)
    """Tokens that opened the platform before, the latest last."""
    handshake: Mapping[str, Any] = field(default_factory=dict)
    """The reply to the last POST or PUT of credentials that gave a token."""
    secrets: set[str] = field(default_factory=set)
    """Every token that must not be in a report."""
    quirks: dict[str, Any] = field(default_factory=dict)

    def offers(self) -> list[str]:
        """The endpoints as `locations SENDER`; credentials, whose side means nothing, without one."""
        return [module if module == "credentials" else f"{module} {side}" for module, side in self.endpoints]

    def value(self) -> dict[str, Any]:
        """What a check sees."""
        return {
            "token": self.token,
            "retired": self.retired,
            "handshake": self.handshake,
            "registered_here": self.registered_here,
        }

    def keep_secret(self, token: str | None) -> None:
        """Have a token hidden from now on."""
        if token:
            self.secrets.add(token[:SECRET_MAX_CHARS])

    def is_secret(self, token: str) -> bool:
        """Must it not be shown?"""
        return token[:SECRET_MAX_CHARS] in self.secrets

    def keep_token_of(self, value: Any) -> None:
        """The same for the token of a Credentials object, alone or in an envelope; whoever sends many hides the first."""
        for one in (value, value.get("data") if isinstance(value, dict) else None):
            if isinstance(one, dict) and isinstance(one.get("token"), str) and len(self.secrets) < SECRETS_MAX:
                self.keep_secret(one["token"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call and its answer, for the report: without what was parsed from it."""

    sent: Sent
    got: Got | None


@dataclass(slots=True, kw_only=True)
class Trial:
    """What the verbs work on."""

    suite: Suite
    check: Check
    module: str
    session: Session
    client: Client
    counterpart: Counterpart
    patience: float = 1.0
    """How long a pause is, as a share of what the check says."""
    scope: dict[str, Any] = field(default_factory=dict)
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=EXCHANGES_KEPT))
    """The newest."""
    held_bytes: int = 0
    held_marks: int = 0

    def __post_init__(self) -> None:
        session, counterpart = self.session, self.counterpart
        name = f"cts-{new_name()}"
        self.scope |= {
            "us": {
                **session.us,
                "role": OPPOSITE[session.role],
                "url": counterpart.url,
                "versions_url": counterpart.versions_url,
                "roles": counterpart.roles,
            },
            "them": session.them,
            "agreed": session.agreed,
            "partner": {
                "versions_url": session.versions_url,
                "details_url": session.details_url,
                "scheme": session.versions_url.partition(":")[0],
                "offers": session.offers(),
                "must_offer": self.suite.announced[session.role],
            },
            "pushed": self.suite.pushed[session.role],
            "listed": self.suite.listed[session.role],
            "session": session.value,
            "counterpart": {"calls": lambda: counterpart.since(0.0)},
            "run": {"module": self.module, "role": session.role, "name": name},
            "new": {
                "token": self._issue,
                "id": lambda: f"cts-{new_name()}",
                "callback": lambda: f"{counterpart.url}/callback/{new_name(16)}",
            },
            "time": {name: _instant(shift) for name, shift in _TIMES.items()},
        }

    def fill(self, value: Any) -> Any:
        """`value` with the scope's values in its places."""
        return fill(value, self.scope)

    def endpoint(self, module: str, interface: str) -> str:
        """The URL of an endpoint; raises CheckSkipped when the platform does not offer it."""
        side = interface or self.check.interface
        for key in (
            ((module, side), (module, "SENDER"), (module, "RECEIVER")) if module == "credentials" else ((module, side),)
        ):
            if key in self.session.endpoints:
                return self.session.endpoints[key]
        raise CheckSkipped(f"the platform does not offer {module} {side}".rstrip())

    @property
    def full(self) -> bool:
        """So much is held that another answer like the last could be too much."""
        return self.held_bytes > HELD_MAX_BYTES // 2 or self.held_marks > HELD_MAX_MARKS // 2

    async def call(self, wanted: Mapping[str, Any], *, together: int = 1) -> dict[str, Any]:
        """Make the call that a step describes, one of so many at once; returns the reply as later steps see it."""
        sent = replace(self._compose(wanted), answer_max_bytes=ANSWER_MAX_BYTES // together)
        began_s = monotonic_s()
        try:
            got = await self.client.call(sent)
        except CheckFailed:
            self.exchanges.append(Exchange(sent=sent, got=None))
            raise
        self.exchanges.append(Exchange(sent=sent, got=replace(got, json=None)))
        self._hold(got)
        self.session.keep_token_of(got.json)
        self.session.quirks |= of_answer(sent.url, got)
        return _reply(sent, got) | {"calls": self.counterpart.since(began_s)}

    def _hold(self, got: Got) -> None:
        if got.json is None:
            return
        self.held_bytes += got.size
        self.held_marks += got.marks
        if self.held_bytes > HELD_MAX_BYTES or self.held_marks > HELD_MAX_MARKS:
            allowed = f"at most {HELD_MAX_BYTES // 1024 // 1024} MiB ({HELD_MAX_MARKS} values) in all answers"
            raise CheckFailed(allowed, "more than that")

    def _issue(self) -> str:
        token = self.counterpart.issue()
        self.session.keep_secret(token)
        return token

    def _compose(self, wanted: Mapping[str, Any]) -> Sent:
        module = wanted.get("module", "")
        url = wanted["url"] if "url" in wanted else self.endpoint(module, wanted.get("interface", ""))
        path = wanted.get("path", [])
        if path:
            url = url.rstrip("/") + "/" + "/".join(quote(str(part), safe="") for part in path)
        if wanted.get("query"):
            url += ("&" if "?" in url else "?") + urlencode(
                {name: str(value) for name, value in wanted["query"].items()}
            )
        body = self._body(wanted)
        headers = {"X-Request-ID": f"cts-{new_name(8)}", "X-Correlation-ID": f"cts-{new_name(8)}"}
        headers |= self._routing(module, wanted.get("routing"))
        if body is not None:
            headers["Content-Type"] = wanted.get("content_type", "application/json")
        headers |= {name: str(value) for name, value in wanted.get("headers", {}).items() if value is not None}
        for name in (name for name, value in wanted.get("headers", {}).items() if value is None):
            headers.pop(name, None)
        return Sent(
            method=wanted.get("method", "GET"),
            url=url,
            headers=headers,
            body=body,
            token=self._token(wanted.get("token", "partner")),
            encoding=wanted.get("encoding", self.session.encoding),
            header_case=wanted.get("header_case", ""),
            timeout_s=float(wanted.get("timeout_s", 15)),
        )

    def _token(self, word: str) -> str | None:
        if word == "none":
            return None
        if word == "a" and self.session.token_a is None:
            raise CheckSkipped("token A is used up: the platform is registered already")
        if word not in {"a", "partner"}:
            return word
        if word == "a":
            return self.session.token_a
        usable = self.session.token_a if self.check.phase != "main" or self.module in _OPEN_TO_TOKEN_A else None
        if self.session.token is None and usable is None:
            raise CheckSkipped("there is no credentials token: the registration did not come about")
        return self.session.token or usable

    def _routing(self, module: str, wanted: Any) -> dict[str, str]:
        if wanted == "none" or (wanted is None and module not in FUNCTIONAL):
            return {}
        ends = wanted or {}
        to, sender = ends.get("to", self.session.them), ends.get("from", self.session.us)
        written: dict[str, str] = {}
        for name, party in (("to", to), ("from", sender)):
            if party and party != "none":
                written[f"OCPI-{name}-country-code"] = party["country_code"]
                written[f"OCPI-{name}-party-id"] = party["party_id"]
        return written

    def _body(self, wanted: Mapping[str, Any]) -> bytes | None:
        if "text" in wanted:
            return str(wanted["text"]).encode()
        if "object" in wanted:
            made = {**self.fill(self.suite.objects[wanted["object"]]), **wanted.get("with", {})}
            for name in wanted.get("without", []):
                made.pop(name, None)
            return _written(made)
        return _written(wanted["body"]) if "body" in wanted else None


def _instant(shift: Mapping[str, int]) -> Any:
    return lambda: from_now(**shift)


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_number).encode()


def _number(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _reply(sent: Sent, got: Got) -> dict[str, Any]:
    envelope = got.json if isinstance(got.json, dict) else {}
    return {
        "http": got.http,
        "ocpi": envelope.get("status_code"),
        "message": envelope.get("status_message"),
        "data": envelope.get("data"),
        "json": got.json,
        "fault": got.fault,
        "headers": dict(got.headers),
        "text": got.start[:4096].decode(errors="replace"),
        "size": got.size,
        "ms": got.ms,
        "sent": {
            "url": sent.url,
            "method": sent.method,
            "request_id": sent.headers.get("X-Request-ID", ""),
            "correlation_id": sent.headers.get("X-Correlation-ID", ""),
            "body": _parsed(sent.body or b""),
        },
    }


def _parsed(body: bytes) -> Any:
    """An object or a list, as it was sent; None for any other text."""
    try:
        return json.loads(body) if body[:1] in {b"{", b"["} else None
    except ValueError:
        return None
