"""What a receiver's answer means for a delivery. Pure.

Taken: HTTP 2xx with OCPI 1xxx, or with an empty body. Refused for good: OCPI 2xxx and 4001, and HTTP 4xx save those that
speak of the hub's credentials or of the moment. Everything else is unclear: the object is sent again later.
"""

import re
from dataclasses import dataclass

from hub.delivery.answer import Answer
from hub.delivery.item import Outcome
from hub.delivery.schedule import read_retry_after_s
from hub.wire import envelope
from hub.wire.headers import first

SHOWN_MAX_CHARS = 4096
_UNCLEAR_4XX = frozenset({401, 403, 407, 408, 421, 423, 425, 429})
_UNKNOWN_OBJECT = frozenset({2003, 2004})
_NO_SUCH_PARTY = 4001
_SECRETS = re.compile(
    r"""(?i)("[^"]{0,40}(?:token|secret|password|authorization)[^"]{0,40}"\s*:\s*)"[^"]*"?"""
    r"""|\b((?:token|bearer|basic)\s+)[A-Za-z0-9+/=._~-]{6,}"""
    r"""|(?<![A-Za-z0-9+/=_-])()(?![0-9a-f]{8}-[0-9a-f]{4}-)[A-Za-z0-9+/=_-]{24,}"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one attempt, and why, in a sentence."""

    outcome: Outcome
    said: str
    http_status: int = 0
    ocpi_status: int = 0
    shown: str = ""
    """The start of the answer, secrets hidden."""
    retry_after_s: float = 0.0
    unwanted: bool = False
    """Refused by this hub: nothing was sent, and nobody needs to know."""


def judge(answer: Answer, *, withdrawing: bool, secret: str) -> Result:
    """Read an answer; `withdrawing` when an object was to be deleted, `secret` is the token that was sent."""
    said = envelope.read(answer.body) if answer.body.strip() else None
    code = said.status_code if said else 0
    outcome = _outcome(answer.http_status, code, empty=not answer.body.strip())
    if withdrawing and outcome is Outcome.REFUSED and (answer.http_status in {404, 410} or code in _UNKNOWN_OBJECT):
        outcome = Outcome.DONE
    waits = outcome is Outcome.UNCLEAR and answer.http_status in {429, 503}
    return Result(
        outcome=outcome,
        said=f"answered HTTP {answer.http_status}" + (f", OCPI {code}" if said else " without an OCPI envelope"),
        http_status=answer.http_status,
        ocpi_status=code,
        shown="" if outcome is Outcome.DONE else show(answer.body, secret),
        retry_after_s=read_retry_after_s(first(answer.headers, "Retry-After")) if waits else 0.0,
    )


def show(body: bytes, secret: str) -> str:
    """The start of a body for people: control characters and whatever looks like a secret are hidden."""
    text = body[: 2 * SHOWN_MAX_CHARS].decode(errors="replace")
    if secret:
        text = text.replace(secret, "…")
    text = _SECRETS.sub(lambda found: f"{found[1] or found[2] or ''}…", text)
    return "".join(one if one.isprintable() or one == "\n" else " " for one in text)[:SHOWN_MAX_CHARS]


def _outcome(http_status: int, code: int, *, empty: bool) -> Outcome:
    if 400 <= http_status < 500:
        return Outcome.UNCLEAR if http_status in _UNCLEAR_4XX else Outcome.REFUSED
    if not 200 <= http_status < 300:
        return Outcome.UNCLEAR
    if 1000 <= code < 2000 or empty:
        return Outcome.DONE
    return Outcome.REFUSED if 2000 <= code < 3000 or code == _NO_SUCH_PARTY else Outcome.UNCLEAR
