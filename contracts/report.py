"""What came of a run, as plain values: the report that JSON, JUnit and HTML are written from. No secret is in it."""

import base64
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from contracts.suite import COMMON, Check, Suite
from contracts.trial import Exchange, Session

FORMAT = 1
BODY_SHOWN_CHARS = 2048
HIDDEN = "…"
_PERSONAL = re.compile(r'("(?:uid|contract_id|visual_number|token|group_id|auth_id)"\s*:\s*)"[^"]*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One exchange, for people."""

    method: str
    url: str
    request_headers: Mapping[str, str]
    request_body: str
    http: int
    """0: there was no answer."""
    headers: Mapping[str, str]
    body: str
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One check on one module."""

    check_id: str
    module: str
    title: str
    severity: str
    status: str
    kind: str
    verdict: str
    """`passed`, `failed`, `warning` (a failure that is on the watch-list) or `skipped`."""
    expected: str = ""
    observed: str = ""
    """Of a failure; of a skipped check the reason."""
    ms: float = 0.0
    why: str
    fix: str
    spec: str
    rules: tuple[str, ...] = ()
    exchanges: tuple[Shown, ...] = ()
    curl: str = ""

    @property
    def gates(self) -> bool:
        """A failure that closes the module."""
        return self.verdict == "failed" and self.severity == "blocker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run."""

    suite_version: str
    suite_digest: str
    ocpi: str
    role: str
    mode: str
    party: str
    versions_url: str
    started_at: str
    seconds: float
    complete: bool
    """False when the time was over before the last check."""
    quirks: Mapping[str, Any] = field(default_factory=dict)
    results: tuple[Result, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many checks ended how."""
        counted = Counter(one.verdict for one in self.results)
        return {name: counted[name] for name in ("passed", "failed", "warning", "skipped")}

    @property
    def ok(self) -> bool:
        """No blocker failed, and every check had its time."""
        return self.complete and not any(one.gates for one in self.results)

    def modules(self) -> dict[str, dict[str, Any]]:
        """Each module that was judged: `green` when none of its blockers nor of the common ones failed."""
        judged = {one.module for one in self.results if one.verdict != "skipped"} - set(COMMON)
        common = [one.check_id for one in self.results if one.gates and one.module in COMMON]
        found = {}
        for module in sorted(judged):
            failed = sorted({*common, *(one.check_id for one in self.results if one.gates and one.module == module)})
            found[module] = {"green": not failed and self.complete, "failed_blockers": failed}
        return found

    def value(self) -> dict[str, Any]:
        """As report.schema.json has it."""
        return {
            "format": FORMAT,
            **{name: member for name, member in asdict(self).items() if name != "results"},
            "ok": self.ok,
            "counts": self.counts,
            "modules": self.modules(),
            "results": [asdict(one) for one in self.results],
        }


def read(value: Mapping[str, Any]) -> Report:
    """The report that `value` was written from."""
    names = Report.__dataclass_fields__.keys() - {"results"}
    results = tuple(
        Result(
            **{
                **one,
                "rules": tuple(one["rules"]),
                "exchanges": tuple(Shown(**exchange) for exchange in one["exchanges"]),
            }
        )
        for one in value["results"]
    )
    return Report(**{name: value[name] for name in names}, results=results)


class Redactor:
    """Takes every token of a session out of texts, and of bodies what names a driver."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def text(self, text: str) -> str:
        """`text` without a token, raw or in Base64."""
        for secret in self._session.secrets:
            for form in (
                secret,
                base64.b64encode(secret.encode()).decode(),
                base64.b64encode(f"{secret}\n".encode()).decode(),
            ):
                text = text.replace(form, HIDDEN)
        return text

    def body(self, body: bytes) -> str:
        """The start of a body, without tokens and without what names a driver."""
        text = self.text(body[: 4 * BODY_SHOWN_CHARS].decode(errors="replace"))
        hidden = _PERSONAL.sub(lambda found: f'{found[1]}"{HIDDEN}"', text)
        return hidden if len(hidden) <= BODY_SHOWN_CHARS else hidden[: BODY_SHOWN_CHARS - 1] + HIDDEN

    def exchange(self, one: Exchange) -> Shown:
        """One exchange for the report."""
        headers = {name: self.text(value) for name, value in one.sent.headers.items()}
        if one.sent.token is not None:
            headers["Authorization"] = f"Token {HIDDEN}"
        got = one.got
        return Shown(
            method=one.sent.method,
            url=self.text(one.sent.url),
            request_headers=headers,
            request_body=self.body(one.sent.body or b""),
            http=got.http if got else 0,
            headers={name: self.text(value) for name, value in got.headers.items()} if got else {},
            body=self.body(got.body) if got else "",
            ms=got.ms if got else 0.0,
        )

    def curl(self, exchanges: Iterable[Exchange]) -> str:
        """A line that repeats the last call, with the token as $TOKEN."""
        last = next(reversed([*exchanges]), None)
        if last is None:
            return ""
        words = ["curl -si", f"-X {last.sent.method}", _quoted(self.text(last.sent.url))]
        if last.sent.token is not None:
            words.append('-H "Authorization: Token $(printf %s "$TOKEN" | base64 -w0)"')
        words += [f"-H {_quoted(f'{name}: {self.text(value)}')}" for name, value in last.sent.headers.items()]
        if last.sent.body is not None:
            words.append(f"--data-binary {_quoted(self.body(last.sent.body))}")
        return " ".join(words)


def judged(
    check: Check,
    module: str,
    verdict: str,
    redactor: Redactor,
    exchanges: list[Exchange],
    *,
    expected: str = "",
    observed: str = "",
    ms: float = 0.0,
) -> Result:
    """A result with everything that a reader needs; a passed check keeps no exchanges."""
    told = verdict in {"failed", "warning"}
    return Result(
        check_id=check.check_id,
        module=module,
        title=check.title,
        severity=check.severity,
        status=check.status,
        kind=check.kind,
        verdict=verdict,
        expected=redactor.text(expected),
        observed=redactor.text(observed),
        ms=round(ms, 1),
        why=check.why,
        fix=check.fix,
        spec=check.spec,
        rules=check.rules,
        exchanges=tuple(redactor.exchange(one) for one in exchanges[-6:]) if told else (),
        curl=redactor.curl(exchanges) if told else "",
    )


def summary(suite: Suite) -> dict[str, str]:
    """Which suite a report speaks of."""
    return {"suite_version": suite.version, "suite_digest": suite.digest, "ocpi": suite.ocpi}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
