"""Every tariff that operators published, ready to price by: read once, and again whenever one changes."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from hub.money.compiling import compile_tariff
from hub.money.refusal import TariffRefused
from hub.money.tariff import CompiledTariff
from hub.store.feeding import ObjectChange, ObjectFeed
from hub.store.protocols import StoreUnavailable
from hub.wire.interface import fold

_AGAIN_AFTER_S = 0.5


@dataclass(slots=True)
class _Entry:
    body: bytes
    revision: int
    compiled: CompiledTariff | None = None
    refused: bool = False


class TariffBook:
    """`run` keeps it fresh until cancelled."""

    def __init__(self, objects: ObjectFeed) -> None:
        self.ready = asyncio.Event()
        self.trouble = "tariffs are being read"
        """Why what is known may be old; empty when all is well."""
        self._objects = objects
        self._entries: dict[str, _Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    async def run(self) -> None:
        """Read everything, follow, and read again when the stream of changes ends."""
        while True:
            try:
                since = await self._objects.now()
                await self._read_all()
                async with aclosing(self._objects.changes(since)) as changes:
                    self.trouble = ""
                    self.ready.set()
                    async for change in changes:
                        if isinstance(change, ObjectChange):
                            self._take(change)
            except StoreUnavailable as error:
                self.trouble = f"changes of tariffs are not followed: {error}"
                structlog.get_logger().warning("tariffs_not_fresh", reason=str(error))
            await asyncio.sleep(_AGAIN_AFTER_S)

    def find(self, owner: str, tariff_id: str) -> CompiledTariff | None:
        """The tariff of an owner, `NL*CPA`; None for one that is not known, or that cannot be priced."""
        country_code, _, party_id = owner.partition("*")
        entry = self._entries.get(f"tariffs/{country_code}/{party_id}/{fold(tariff_id)}")
        if entry is None or entry.refused:
            return None
        if entry.compiled is None:
            try:
                entry.compiled = compile_tariff(entry.body)
            except TariffRefused:
                entry.refused = True
        return entry.compiled

    def _take(self, change: ObjectChange) -> None:
        known = self._entries.get(change.key)
        if change.gone:
            self._entries.pop(change.key, None)
        elif change.body is not None and (known is None or known.revision < change.revision):
            self._entries[change.key] = _Entry(change.body, change.revision)

    async def _read_all(self) -> None:
        entries = {}
        async for one in self._objects.all():
            entries[one.key] = _Entry(one.body, one.revision)
        self._entries = entries
