"""Results of `hubctl cdrs check` on stdout: for people what needs them, tab-separated rows in a pipe, or JSON lines."""

import sys
from typing import Any

from hub.cli import output
from hub.cli.cdr_check import Result, Sink
from hub.money.checking.deviations import text_of
from hub.money.checking.verdict import Verdict
from hub.money.findings import Finding, Severity
from hub.money.wording import words

_COLOURS = {
    Verdict.EXACT: output.GREEN, Verdict.ROUNDING: output.GREEN, Verdict.EXPLAINED: output.YELLOW,
    Verdict.MISMATCH: output.RED, Verdict.UNVERIFIABLE: output.YELLOW,
}  # fmt: skip


def printer(*, as_json: bool) -> Sink:
    """What prints results as whoever reads stdout wants them."""
    if as_json:
        return _JsonLines()
    return _People() if output.on_terminal() else _Rows()


def write_line(text: str) -> None:
    """One line on stdout; what no terminal could show is replaced."""
    sys.stdout.write(text.encode("utf-8", "replace").decode() + "\n")


class _JsonLines:
    """One JSON object for each CDR, then one for each finding about several of them."""

    def result(self, result: Result) -> None:
        write_line(output.json_text(result.as_dict(), indent=None))

    def ledger(self, finding: Finding) -> None:
        write_line(output.json_text({"ledger": finding.as_dict()}, indent=None))

    def end(self) -> None:
        sys.stdout.flush()


class _Rows:
    """Place, owner, id, verdict, cause, currency, totals without and with tax, rules that were broken."""

    def result(self, result: Result) -> None:
        checked = result.checked
        total = checked.priced.total if checked.priced is not None else None
        broken = dict.fromkeys(f"{one.rule} {one.severity}" for one in checked.findings)
        self._row(
            result.place,
            checked.owner,
            checked.id,
            checked.verdict,
            checked.judgement.cause,
            checked.priced.currency if checked.priced is not None else None,
            total.excl if total else None,
            total.incl if total else None,
            [*broken],
        )
        if result.explanation is not None:
            write_line(output.printable(words(result.explanation)))

    def ledger(self, finding: Finding) -> None:
        detail = finding.detail
        broken = f"{finding.rule} {finding.severity}"
        self._row("", detail.get("owner"), detail.get("cdr"), "", finding.message, "", "", "", broken)

    def end(self) -> None:
        sys.stdout.flush()

    def _row(self, *cells: Any) -> None:
        write_line("\t".join(output.plain(cell) for cell in cells))


class _People:
    """Only what is worth a look: verdicts other than EXACT, findings of severity E and W."""

    def result(self, result: Result) -> None:
        checked = result.checked
        told = [one for one in checked.findings if one.severity is not Severity.INFO]
        if checked.verdict is Verdict.EXACT and not told and result.explanation is None:
            return
        cause = f"  {text_of(checked.judgement.cause)}" if checked.judgement.cause else ""
        verdict = output.paint(f"{checked.verdict:<12}", _COLOURS[checked.verdict])
        who = output.plain(f"{checked.owner} {checked.id}  {result.place}{cause}".strip())
        write_line(f"{verdict} {who}")
        for one in told:
            self._finding(one)
        if result.explanation is not None:
            write_line(output.printable(words(result.explanation)))

    def ledger(self, finding: Finding) -> None:
        detail = finding.detail
        other = f" ({detail['other']})" if "other" in detail else ""
        who = f"{detail.get('owner', '')} {detail.get('cdr', '')}"
        write_line(output.plain(f"{finding.severity} {finding.rule:<14} {who} {finding.message}{other}"))

    def end(self) -> None:
        sys.stdout.flush()

    def _finding(self, one: Finding) -> None:
        write_line(output.plain(f"  {one.severity} {one.rule:<14} {one.pointer} {one.message}"))
