"""Reports of `hubctl cdrs check` as files: JUnit for machines, one HTML page that needs nothing else for people."""

import shutil
from html import escape
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from xml.sax.saxutils import quoteattr

from hub.cli import output
from hub.cli.cdr_check import Result, Sink, Tally
from hub.cli.errors import usage
from hub.money.checking.deviations import text_of
from hub.money.checking.verdict import Verdict
from hub.money.findings import Finding, Severity

MAX_SHOWN = 1000
"""CDRs that the page lists; the rest is counted, and every one is in the JUnit file."""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>CDRs checked</title>
<style>
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3rem .6rem; vertical-align: top }
tr + tr { border-top: 1px solid #8884 } th { font-weight: 600 } .n { text-align: right; font-variant-numeric: tabular-nums }
.MISMATCH, .E { color: #c22 } .EXPLAINED, .UNVERIFIABLE, .W { color: #a60 } .EXACT, .ROUNDING { color: #283 }
h2 { margin-top: 2rem } small { opacity: .75 }
</style></head><body>
"""


def open_reports(folder: Path, tally: Tally) -> list[Sink]:
    """Both reports in a folder, which is made if it is missing; `tally` is complete when they end."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_Junit(folder / "cdrs.xml"), _Page(folder / "cdrs.html", tally)]
    except OSError as error:
        raise usage(f"--report {folder} cannot be written: {error.strerror}.") from None


class _Junit:
    """A test case for each CDR; the totals stand at the top, so the cases wait in a file of their own."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", errors="replace")
        self._cases = TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed in end()
        self._failures = 0
        self._tests = 0

    def result(self, result: Result) -> None:
        checked = result.checked
        failed = [one for one in checked.findings if one.severity is Severity.ERROR]
        said = "\n".join(map(_words, checked.findings))
        self._case(f"{checked.owner} {checked.id}".strip() or result.place, result.place, failed, said)

    def ledger(self, finding: Finding) -> None:
        failed = [finding] if finding.severity is Severity.ERROR else []
        name = f"{finding.rule} {finding.detail.get('owner', '')} {finding.detail.get('cdr', '')}"
        self._case(name, "ledger", failed, finding.message)

    def end(self) -> None:
        self._file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        self._file.write(f'<testsuite name="hubctl cdrs check" tests="{self._tests}" failures="{self._failures}">\n')
        self._cases.seek(0)
        shutil.copyfileobj(self._cases, self._file)
        self._file.write("</testsuite>\n")
        self._cases.close()
        self._file.close()

    def _case(self, name: str, place: str, failed: list[Finding], said: str) -> None:
        self._tests += 1
        head = f"<testcase name={_attribute(name)} classname={_attribute(place)}"
        if failed:
            self._failures += 1
            self._cases.write(
                f"{head}><failure message={_attribute(_words(failed[0]))}>{_text(said)}</failure></testcase>\n"
            )
        elif said:
            self._cases.write(f"{head}><system-out>{_text(said)}</system-out></testcase>\n")
        else:
            self._cases.write(f"{head}/>\n")


class _Page:
    """Counts, and the first CDRs that are not simply right."""

    def __init__(self, path: Path, tally: Tally) -> None:
        self._file = path.open("w", encoding="utf-8", errors="replace")
        self._tally = tally
        self._rows: list[str] = []
        self._more = 0

    def result(self, result: Result) -> None:
        checked = result.checked
        told = [one for one in checked.findings if one.severity is not Severity.INFO]
        if checked.verdict is Verdict.EXACT and not told:
            return
        if len(self._rows) >= MAX_SHOWN:
            self._more += 1
            return
        cause = text_of(checked.judgement.cause) if checked.judgement.cause else ""
        also = f"<br><small>or: {_text(', '.join(checked.judgement.also))}</small>" if checked.judgement.also else ""
        figures = "<br>".join(
            _text(f"{one['figure']} {one['stated']}, computed {one['computed']}")
            for one in (compared.as_dict() for compared in checked.judgement.figures if not compared.agrees)
        )
        self._row(
            f'<b class="{checked.verdict}">{checked.verdict}</b>',
            f"{_text(checked.owner)} {_text(checked.id)}<br><small>{_text(result.place)}</small>",
            _text(cause) + also + ("<br>" if cause and figures else "") + figures,
            "<br>".join(_finding(one) for one in told),
        )

    def ledger(self, finding: Finding) -> None:
        if len(self._rows) >= MAX_SHOWN:
            self._more += 1
            return
        detail = finding.detail
        who = f"{_text(detail.get('owner', ''))} {_text(detail.get('cdr', ''))}"
        self._row("", who, _text(detail.get("other", "")), _finding(finding))

    def end(self) -> None:
        write = self._file.write
        write(_PAGE)
        write(f"<h1>CDRs checked</h1><p>{_text(self._tally.words())}</p>")
        write(
            _counts("Verdicts", [(str(one), self._tally.verdicts[one]) for one in Verdict if self._tally.verdicts[one]])
        )
        write(_counts("Causes", [(text_of(name), count) for name, count in self._tally.causes.most_common()]))
        write(_counts("Rules", [*self._tally.rules.most_common()]))
        write("<h2>What needs a look</h2><table><tr><th>Verdict<th>CDR<th>Cause and figures<th>Findings</tr>\n")
        write("\n".join(self._rows))
        write("</table>")
        write(f"<p>{self._more:,} more are in cdrs.xml.</p>" if self._more else "")
        write("</body></html>\n")
        self._file.close()

    def _row(self, *cells: str) -> None:
        self._rows.append(f"<tr>{''.join(f'<td>{cell}' for cell in cells)}</tr>")


def _counts(title: str, rows: list[tuple[str, int]]) -> str:
    if not rows:
        return ""
    lines = "".join(f'<tr><td>{_text(name)}<td class="n">{count:,}</tr>' for name, count in rows)
    return f"<h2>{title}</h2><table>{lines}</table>"


def _words(one: Finding) -> str:
    return " ".join(word for word in (one.rule, one.pointer, one.message) if word)


def _finding(one: Finding) -> str:
    return f'<span class="{one.severity}">{_text(f"{one.rule} {one.severity}")}</span> {_text(f"{one.pointer} {one.message}")}'


def _text(value: Any) -> str:
    """For HTML and XML: nothing that a partner wrote is markup, or a character that XML forbids."""
    return escape(output.printable(str(value)))


def _attribute(value: str) -> str:
    return quoteattr(output.plain(value))
