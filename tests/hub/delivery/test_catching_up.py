"""Whoever was away gets everything it lacks, page by page, and nothing twice."""

import pytest

from hub.delivery import catching_up
from hub.simulate.partner import Partner
from hub.store.protocols import Store, StoredObject, StoreUnavailable
from tests.hub.delivery.office import Office, sent, until
from tests.words import location


async def test_more_than_a_page_is_caught_up(office: Office, ema: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    """D1: every object that was missed comes once, the oldest first page first."""
    monkeypatch.setattr(catching_up, "READ_MAX", 10)
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    paths = {f"/locations/NL/CPA/L{number:02}" for number in range(35)}
    for path in sorted(paths):
        await office.save("PUT", "locations", path.removeprefix("/locations"), location(id=path[-3:]), [receiver])
    async with office.deliveries():
        await until(lambda: office.nobody_is_behind(receiver))

    assert sorted(path for _, path in sent(ema)) == sorted(paths)
    assert {path for _, path in sent(ema)[:10]} == set(sorted(paths)[:10])


async def test_a_store_that_is_away_is_asked_again(
    office: Office, ema: Partner, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that fails for a moment costs time, nothing else."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    await office.save("PUT", "locations", "/NL/CPA/LOC1", location(), [receiver])
    failures = [StoreUnavailable(), StoreUnavailable()]
    asked = type(store.objects).behind  # the real question, after two that fail

    async def behind(self: object, receivers: list[str], limit: int) -> list[StoredObject]:
        if failures:
            raise failures.pop()
        found: list[StoredObject] = await asked(self, receivers, limit)  # type: ignore[arg-type]
        return found

    monkeypatch.setattr(type(store.objects), "behind", behind)
    async with office.deliveries():
        await ema.wait_until(lambda: len(ema.requests) == 1)

    assert not failures
    assert sent(ema) == [("PUT", "/locations/NL/CPA/LOC1")]
