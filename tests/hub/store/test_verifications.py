"""Runs of the contract suite: the newest first, each platform's own."""

from datetime import timedelta

from hub.store.judgements import Verification
from hub.store.protocols import Store
from hub.wire.interface import ModuleId
from tests.hub.store.samples import NOON


def run(number: int, platform_id: str = "p1") -> Verification:
    """The `number`-th run."""
    return Verification(
        run_id=f"{platform_id}-{number}",
        platform_id=platform_id,
        side="CPO",
        mode="observe",
        judged_at=NOON + timedelta(days=number),
        suite_version="1.0.0",
        report=b"packed",
        verdicts={ModuleId("locations"): b'{"green":true}'},
    )


async def test_runs_come_newest_first(store: Store) -> None:
    """At most as many as asked for, and none of another platform."""
    for number in (1, 3, 2):
        await store.verifications.put(run(number))
    await store.verifications.put(run(4, "p2"))

    assert await store.verifications.latest("p1", limit=2) == [run(3), run(2)]
    assert await store.verifications.get("p1-1") == run(1)
    assert await store.verifications.get("none") is None
