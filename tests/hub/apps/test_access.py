"""Who may ask: live apps, each at its own rate."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

import pytest

from hub.apps.access import Access, TooOften, Unauthenticated
from hub.clock import now_utc
from hub.limits import Rates
from hub.store.app_access import App, NameTaken
from hub.wire.party import Party

EMA = Party.of("DE", "EMA")
KEY = b"k" * 32
DAY = timedelta(days=1)


class Shelf:
    """An AppStore that several processes share."""

    def __init__(self) -> None:
        self.apps: dict[str, App] = {}

    async def all(self) -> list[App]:
        """By creation."""
        return list(self.apps.values())

    async def add(self, app: App) -> None:
        """Keep one."""
        if any(one.name == app.name and one.revoked_at is None for one in self.apps.values()):
            raise NameTaken
        self.apps[app.app_id] = app

    async def revoke(self, app_id: str, at: datetime) -> bool:
        """For good."""
        app = self.apps.get(app_id)
        if app is None or app.revoked_at is not None:
            return False
        fields = {name: getattr(app, name) for name in ("app_id", "name", "emsp", "created_at", "expires_at")}
        self.apps[app_id] = App(**fields, revoked_at=at)
        return True

    async def changes(self) -> AsyncGenerator[None, None]:
        """Nothing happens elsewhere."""
        yield


class Clocks:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.at, self.s = now_utc(), 100.0

    def now(self) -> datetime:
        """Of the wall."""
        return self.at

    def monotonic(self) -> float:
        """In seconds."""
        return self.s


def opened(shelf: Shelf, clocks: Clocks, per_s: float = 10.0) -> Access:
    """What one process knows."""
    return Access(shelf, lambda: [KEY], per_s=per_s, now=clocks.now, monotonic=clocks.monotonic)


async def test_an_app_is_admitted_until_it_is_revoked() -> None:
    """In another process from its next reload on; its name is free again then."""
    shelf, clocks = Shelf(), Clocks()
    here, there = opened(shelf, clocks), opened(shelf, clocks)
    app, token = await here.create("Driver app", EMA, DAY, "jan@ops")
    await there.reload()

    assert here.admit([f"Bearer {token}"]) == there.admit([f"bearer  {token} "]) == app
    with pytest.raises(NameTaken):
        await here.create("Driver app", EMA, DAY, "jan@ops")
    assert await here.revoke(app.app_id)
    assert not await here.revoke(app.app_id)
    await there.reload()
    for process in (here, there):
        with pytest.raises(Unauthenticated, match="revoked"):
            process.admit([f"Bearer {token}"])
    await here.create("Driver app", EMA, DAY, "jan@ops")
    assert [one.name for one in here.all()] == ["Driver app"] * 2


@pytest.mark.parametrize(
    "headers", [[], ["Bearer"], ["Bearer  "], ["Token abc"], ["Bearer a.b.c"], ["Bearer x", "Bearer y"], [""]]
)
async def test_whoever_has_no_token_is_not_admitted(headers: list[str]) -> None:
    """No header, two of them, another scheme, no token of ours."""
    with pytest.raises(Unauthenticated):
        opened(Shelf(), Clocks()).admit(headers)


async def test_an_expired_app_is_out() -> None:
    """Also where the token's own clock would still let it pass."""
    shelf, clocks = Shelf(), Clocks()
    here = opened(shelf, clocks)
    _, token = await here.create("Driver app", EMA, DAY, "jan@ops")
    clocks.at += DAY

    with pytest.raises(Unauthenticated):
        here.admit([f"Bearer {token}"])


async def test_each_app_has_its_own_rate() -> None:
    """A burst of two seconds' worth, then so many a second; the refusal says when to come again, and costs nobody else."""
    shelf, clocks = Shelf(), Clocks()
    here = opened(shelf, clocks, per_s=5.0)
    app, token = await here.create("One", EMA, DAY, "")
    _, other = await here.create("Other", EMA, DAY, "")
    for _ in range(10):
        here.admit([f"Bearer {token}"])
    assert here.left(app.app_id) == 0
    with pytest.raises(TooOften) as refused:
        here.admit([f"Bearer {token}"])

    assert refused.value.retry_after_s >= 1
    here.admit([f"Bearer {other}"])
    clocks.s += refused.value.retry_after_s
    here.admit([f"Bearer {token}"])
    clocks.s += 3_600
    for _ in range(10):
        here.admit([f"Bearer {token}"])
    with pytest.raises(TooOften):
        here.admit([f"Bearer {token}"])


@pytest.mark.parametrize("per_s", [0.05, 0.2, 0.5])
async def test_a_slow_rate_admits_too(per_s: float) -> None:
    """One request at once, however few a second; after the time it was told, the next."""
    shelf, clocks = Shelf(), Clocks()
    here = opened(shelf, clocks, per_s=per_s)
    _, token = await here.create("One", EMA, DAY, "")
    here.admit([f"Bearer {token}"])
    with pytest.raises(TooOften) as refused:
        here.admit([f"Bearer {token}"])
    clocks.s += refused.value.retry_after_s

    here.admit([f"Bearer {token}"])


async def test_memory_of_rates_is_bounded() -> None:
    """Many apps may come; what each took is forgotten rather than kept for ever."""
    here = opened(Shelf(), Clocks())
    here._rates = Rates(10.0, 20.0, keys_max=3)
    for number in range(9):
        _, token = await here.create(f"App {number}", EMA, DAY, "")
        here.admit([f"Bearer {token}"])

    assert len(here._rates) <= 3
