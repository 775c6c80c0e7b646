"""What a reader sees of a judged check: its exchanges, and a line that repeats the last call, all of it redacted and short."""

from collections.abc import Mapping

from contracts.client import authorization
from contracts.redaction import HIDDEN, Redactor, cut
from contracts.report import Result, Shown
from contracts.trial import Exchange, Trial

BODY_CHARS = 2048
_TEXT_CHARS = 1000
_URL_CHARS = 2048
_HEADERS = 40
_HEADER_CHARS = 300
_TOLD = frozenset({"failed", "warning"})
_PACKED = '$(printf %s "$TOKEN" | base64 -w0)'
_SHELL = {
    "base64": f"Token {_PACKED}",
    "raw": "Token $TOKEN",
    "lower": f"token {_PACKED}",
    "spaces": f"Token  {_PACKED}",
    "newline": 'Token $(printf "%s\\n" "$TOKEN" | base64 -w0)',
}
"""The Authorization header in a shell, by its encoding."""


def judged(trial: Trial, verdict: str, *, expected: str = "", observed: str = "", ms: float = 0.0) -> Result:
    """A result with everything that a reader needs; a passed check keeps no exchanges."""
    check, redactor = trial.check, _redactor(trial)
    told = [*trial.exchanges] if verdict in _TOLD else []
    return Result(
        check_id=check.check_id,
        module=trial.module,
        title=check.title,
        severity=check.severity,
        status=check.status,
        kind=check.kind,
        verdict=verdict,
        expected=_brief(expected, redactor),
        observed=_brief(observed, redactor),
        ms=round(ms, 1),
        why=check.why,
        fix=check.fix,
        spec=check.spec,
        rules=check.rules,
        exchanges=tuple(_exchange(one, trial, redactor) for one in told),
        curl=_curl(told[-1], trial, redactor) if told else "",
    )


def _brief(text: str, redactor: Redactor) -> str:
    """Cut before it is looked through, since a check may name what it saw, and once more after."""
    return cut(redactor.text(text[: 4 * _TEXT_CHARS]), _TEXT_CHARS)


def _redactor(trial: Trial) -> Redactor:
    """An EVSE has a uid too, so what Locations call so is no driver's."""
    bodies = [one.got.start for one in trial.exchanges if one.got] if trial.module != "locations" else []
    return Redactor(trial.session.secrets, bodies)


def _exchange(one: Exchange, trial: Trial, redactor: Redactor) -> Shown:
    sent = _headers(one.sent.written(), redactor)
    if one.sent.token is not None and trial.session.is_secret(one.sent.token):
        sent["Authorization"] = f"Token {HIDDEN}"
    got = one.got
    return Shown(
        method=one.sent.method,
        url=cut(redactor.text(one.sent.url), _URL_CHARS),
        request_headers=sent,
        request_body=redactor.body(one.sent.body or b"", BODY_CHARS),
        http=got.http if got else 0,
        headers=_headers(got.headers, redactor) if got else {},
        body=redactor.body(got.start, BODY_CHARS) if got else "",
        ms=got.ms if got else 0.0,
    )


def _headers(headers: Mapping[str, str], redactor: Redactor) -> dict[str, str]:
    lines = list(headers.items())[:_HEADERS]
    return {cut(redactor.text(name), _HEADER_CHARS): cut(redactor.text(value), _HEADER_CHARS) for name, value in lines}


def _curl(last: Exchange, trial: Trial, redactor: Redactor) -> str:
    """A line that repeats a call, with a token that must not be shown as $TOKEN."""
    sent = last.sent
    words = ["curl -si", f"-X {sent.method}", _quoted(cut(redactor.text(sent.url), _URL_CHARS))]
    if sent.token is not None and trial.session.is_secret(sent.token):
        words.append(f'-H "Authorization: {_SHELL[sent.encoding]}"')
    elif sent.token is not None:
        words.append(f"-H {_quoted('Authorization: ' + redactor.text(authorization(sent.token, sent.encoding)))}")
    words += [f"-H {_quoted(f'{name}: {value}')}" for name, value in _headers(sent.headers, redactor).items()]
    if sent.body is not None and len(sent.body) > BODY_CHARS:
        words.append("--data-binary @body")
    elif sent.body is not None:
        words.append(f"--data-binary {_quoted(redactor.body(sent.body, BODY_CHARS))}")
    return " ".join(words)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
