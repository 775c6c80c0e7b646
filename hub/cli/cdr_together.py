"""What is wrong among the CDRs of one run of `hubctl cdrs check`, whose number does not matter to memory."""

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from hub.cli import money_words
from hub.cli.errors import usage
from hub.cli.spool import EntrySpool
from hub.money.checking.invoices import WrongInvoice, entries_of_invoice, judge_invoices, judge_listed, on_invoices
from hub.money.checking.ledger import ID, INVOICE, Entry, entries_of, judge_entries
from hub.money.findings import Finding


class Together:
    """Takes CDRs one by one; tells of all of them at the end."""

    def __init__(self, invoices: Sequence[Entry] = ()) -> None:
        """`invoices` are entries of invoices; without any, nobody asks which CDRs are on none."""
        self._listed = bool(invoices)
        self._cdrs, self._invoices = EntrySpool(), EntrySpool()
        for one in invoices:
            (self._invoices if one.rule == INVOICE else self._cdrs).add(one)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._cdrs.__exit__(kind, error, at)
        self._invoices.__exit__(kind, error, at)

    def add(self, cdr: Mapping[str, Any]) -> None:
        """One CDR; what it adds to an invoice is known when all with its id are."""
        for entry in entries_of(cdr):
            if entry.rule != INVOICE:
                self._cdrs.add(entry)

    def findings(self) -> Iterator[Finding]:
        """Once, after all of them."""
        for group in self._cdrs.groups():
            yield from judge_entries(group)
            if group[0].rule == ID:
                yield from judge_listed(group) if self._listed else ()
                for entry in on_invoices(group):
                    self._invoices.add(entry)
        for part in self._invoices.parts():
            yield from judge_invoices(part)


def invoices_in(names: Sequence[str]) -> list[Entry]:
    """The InvoiceReconciliationRecords of files."""
    found: list[Entry] = []
    for name in money_words.files(names):
        for one in money_words.objects(name):
            try:
                found += entries_of_invoice(one.value)
            except WrongInvoice as wrong:
                raise usage(f"--invoice {one.place} {one.problem or wrong}.") from None
    return found
