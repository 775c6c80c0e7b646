"""A report as one HTML page: no request to anywhere, no script, and nothing that a partner sent is more than text."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from contracts.markup import Markup, joined, tag
from contracts.report import Report, Result, Shown
from contracts.suite import spec_url

VERDICTS = ("failed", "warning", "skipped", "passed")
"""As they are sorted: first what needs somebody."""
_SIGNS = {"failed": "✗", "warning": "!", "skipped": "–", "passed": "✓"}
_SEVERITIES = ("blocker", "major", "minor")
_STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


def page(report: Report) -> str:
    """The whole page."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy()),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"OCPI contract report {report.party}"),
        tag("style", Markup(_STYLE)),
    )
    body = tag("body", _summary(report), _modules(report), _filter(report), _checks(report), _footer(report))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _policy() -> str:
    style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"


def _summary(report: Report) -> Markup:
    about = {
        "Versions URL": _own(report.versions_url),
        "Party under test": joined(_own(report.party or "not known"), f" ({report.role})"),
        "Mode": report.mode,
        "Started": f"{report.started_at}, {report.seconds:g} s",
        "Suite": joined(f"{report.suite_version} for OCPI {report.ocpi}, SHA-256 ", tag("code", report.suite_digest)),
    }
    narrowed = ", ".join(f"{name} {' '.join(names)}" for name, names in report.only.items())
    about |= {"Narrowed to": narrowed} if narrowed else {}
    about |= {f"Quirk: {name}": _own(str(value)) for name, value in report.quirks.items()}
    verdict = tag("p", f"{_SIGNS['passed' if report.ok else 'failed']} {_said(report)}", class_=_state(report))
    return tag("header", tag("h1", "OCPI contract report ", _own(report.party)), verdict, _listed(about))


def _state(report: Report) -> str:
    return "verdict passed" if report.ok else "verdict failed"


def _said(report: Report) -> str:
    if not report.complete:
        return f"The run was cut after {report.seconds:g} s: what was not judged is not known to be right."
    blockers = sum(one.gates for one in report.results)
    if blockers:
        return f"{blockers} {'blocker' if blockers == 1 else 'blockers'} failed."
    return "No blocker failed." if report.ok else "Nothing could be judged."


def _modules(report: Report) -> Markup:
    rows = [_module(name, state) for name, state in report.modules().items()]
    nothing = tag("p", "No module could be judged.", class_="soft")
    return tag("section", tag("h2", "Modules"), tag("ul", *rows, class_="modules") if rows else nothing)


def _module(name: str, state: Mapping[str, object]) -> Markup:
    failed = state["failed_blockers"]
    why = f"failed: {', '.join(map(str, failed))}" if isinstance(failed, list) and failed else ""
    open_ = bool(state["green"])
    sign, word = (_SIGNS["passed"], "green") if open_ else (_SIGNS["failed"], "closed")
    return tag("li", tag("b", name), tag("span", f"{sign} {word}", class_="state"), tag("span", why), class_=word)


def _filter(report: Report) -> Markup:
    choices = [("all", f"all ({len(report.results)})")]
    choices += [(name, f"{_SIGNS[name]} {name} ({report.counts[name]})") for name in VERDICTS]
    labels = [
        tag("label", tag("input", type="radio", name="show", id=f"show-{name}", checked=name == "all"), f" {said}")
        for name, said in choices
    ]
    return tag("fieldset", tag("legend", "Show"), *labels)


def _checks(report: Report) -> Markup:
    names = dict.fromkeys(one.module for one in sorted(report.results, key=_need))
    return tag(
        "main",
        *(
            tag(
                "section",
                tag("h2", name),
                *(_check(one) for one in sorted(report.results, key=_need) if one.module == name),
            )
            for name in names
        ),
    )


def _need(one: Result) -> tuple[int, int]:
    return VERDICTS.index(one.verdict), _SEVERITIES.index(one.severity)


def _check(one: Result) -> Markup:
    about = f"{one.severity}, {one.status}" if one.status != "active" else one.severity
    summary = tag(
        "summary",
        tag("span", f"{_SIGNS[one.verdict]} {one.verdict}", class_="verdict"),
        " ",
        tag("b", one.check_id),
        f" {one.title} ",
        tag("span", f"({about}, {one.ms:.0f} ms)", class_="about"),
    )
    source = tag("a", f"OCPI 2.2.1, {one.spec}", href=spec_url(one.spec), rel="noreferrer")
    told = {"Why": one.why, "Fix": one.fix, "Source": source, "Rules": ", ".join(one.rules) or None}
    return tag(
        "details",
        summary,
        _listed(_outcome(one) | {name: value for name, value in told.items() if value is not None}),
        joined(tag("h3", "Repeat the last call"), tag("pre", one.curl, tabindex="0")) if one.curl else None,
        *(_exchange(number, shown) for number, shown in enumerate(one.exchanges, 1)),
        class_=f"check {one.verdict}",
        id=f"{one.module}-{one.check_id}",
        open=one.verdict == "failed",
    )


def _outcome(one: Result) -> dict[str, str]:
    if one.verdict == "skipped":
        return {"Skipped because": _own(one.observed)}
    return {"Expected": _own(one.expected), "Observed": _own(one.observed)} if one.observed else {}


def _exchange(number: int, shown: Shown) -> Markup:
    answer = f"HTTP {shown.http}, {shown.ms:.0f} ms" if shown.http else "no answer"
    sent = [f"{shown.method} {shown.url}", *_lines(shown.request_headers), "", shown.request_body]
    got = [f"HTTP {shown.http}", *_lines(shown.headers), "", shown.body] if shown.http else []
    return tag(
        "details",
        tag("summary", f"Call {number}: {shown.method} ", _own(shown.url), f" ({answer})"),
        tag("pre", "\n".join(sent).rstrip(), tabindex="0"),
        tag("pre", "\n".join(got).rstrip(), tabindex="0") if got else None,
    )


def _lines(headers: Mapping[str, str]) -> Iterable[str]:
    return (f"{name}: {value}" for name, value in headers.items())


def _listed(members: Mapping[str, str]) -> Markup:
    return tag("dl", *(joined(tag("dt", name), tag("dd", value)) for name, value in members.items()))


def _own(text: str) -> Markup:
    """Text of a partner: whichever way it is written, it turns nothing around it."""
    return tag("bdi", text)


def _footer(report: Report) -> Markup:
    said = (
        f"Tokens, and what names a driver, are hidden (…). Suite {report.suite_version}, digest {report.suite_digest}."
    )
    return tag("footer", said)
