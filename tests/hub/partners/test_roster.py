"""The roster: a fresh directory in every process, saves that do not step on each other."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from hub.clock import Tasks, now_utc
from hub.partners.parties import hosting
from hub.partners.roster import Roster
from hub.platform import Agreement, Effect, HostedParty, Platform, PlatformState
from hub.registry import Directory
from hub.store.protocols import Conflict, Store
from hub.wire.party import Party
from tests.hub.partners.house import CPA, CPB, SECRETS

HUB = Party.of("NL", "HUB")


def open_roster(store: Store) -> Roster:
    """The roster of one process."""
    return Roster(HUB, store.platforms, store.agreements, SECRETS.unseal)


@pytest.fixture
def roster(store: Store) -> Roster:
    """The roster under test."""
    return open_roster(store)


def platform(name: str = "Charge Point A", at: datetime | None = None) -> Platform:
    """A registered platform that is not saved yet."""
    at = at or now_utc()
    return Platform(
        platform_id=name,
        name=name,
        state=PlatformState.REGISTERED,
        claims=frozenset({CPA if name == "Charge Point A" else CPB}),
        parties=hosting((), {CPA if name == "Charge Point A" else CPB: name}, at),
        created_at=at,
    )


async def test_a_save_swaps_the_directory_and_announces_the_news(roster: Roster) -> None:
    """H5.03: what is created and what changes is announced, what does not change is not."""
    told: list[tuple[str, str]] = []

    async def announce(saved: Platform, changed: tuple[HostedParty, ...]) -> None:
        told.extend((saved.name, hosted.status.value) for hosted in changed)

    roster.announce_with(announce)

    saved = await roster.save(platform())
    await roster.save(replace(saved, name="Charge Point B"))
    await roster.amend(saved.platform_id, lambda current: replace(current, reachable=False))

    assert told == [("Charge Point A", "CONNECTED"), ("Charge Point B", "OFFLINE")]
    assert roster.directory.platforms[saved.platform_id].revision == 3


async def test_a_swap_is_told_with_before_and_after(roster: Roster) -> None:
    """Watchers see what changed; a directory is never changed itself."""
    seen: list[tuple[Directory, Directory]] = []
    before = roster.directory
    roster.watch(lambda one, other: seen.append((one, other)))

    await roster.save(platform())

    assert seen == [(before, roster.directory)]
    assert not before.platforms


async def test_reads_are_shared(roster: Roster) -> None:
    """When everything changes at once, a read serves all who waited for one; each sees what was there when it asked."""
    swaps: list[Directory] = []
    roster.watch(lambda _, after: swaps.append(after))

    await asyncio.gather(*(roster.reload() for _ in range(50)))

    assert len(swaps) == 2


async def test_other_processes_follow(store: Store, roster: Roster) -> None:
    """A change by one process is in the directory of the others without being asked for."""
    other, swapped, tasks = open_roster(store), asyncio.Event(), Tasks()
    other.watch(lambda *_: swapped.set())
    tasks.spawn(other.follow(), "follow")
    async with asyncio.timeout(5):
        await swapped.wait()

        await roster.save(platform())

        while not other.directory.platforms:
            swapped.clear()
            await swapped.wait()
    await tasks.close()


async def test_of_two_changes_at_once_both_come_about(store: Store, roster: Roster) -> None:
    """H2.34: an amendment that met another one is made again on what is there then."""
    saved = await roster.save(platform())
    other = open_roster(store)
    await other.reload()
    await roster.amend(saved.platform_id, lambda current: replace(current, suspended_reason="unpaid"))

    after = await other.amend(saved.platform_id, lambda current: replace(current, reachable=False))

    assert (after.suspended_reason, after.reachable) == ("unpaid", False)


async def test_a_save_on_an_older_revision_is_refused(store: Store, roster: Roster) -> None:
    """Nothing that another process saved is written over."""
    saved = await roster.save(platform())
    await roster.amend(saved.platform_id, lambda current: replace(current, suspended_reason="unpaid"))

    with pytest.raises(Conflict):
        await roster.save(replace(saved, reachable=False))


async def test_what_must_be_unique_is_not_tried_again(roster: Roster) -> None:
    """A claim that is taken stays taken."""
    await roster.save(platform())
    other = await roster.save(platform("Charge Point B"))

    with pytest.raises(Conflict, match="claimed by another"):
        await roster.amend(other.platform_id, lambda current: replace(current, claims=frozenset({CPA})))


async def test_an_amendment_without_a_change_writes_nothing(roster: Roster) -> None:
    """The revision stays."""
    saved = await roster.save(platform())

    assert await roster.amend(saved.platform_id, lambda current: current) == saved


async def test_agreements_are_in_force_at_once(roster: Roster) -> None:
    """A rule that is put or taken away counts for the next message."""
    rule = Agreement(sender=CPA.party, receiver=None, module=None, effect=Effect.DENY, created_at=now_utc())

    await roster.agree(rule)
    agreed = dict(roster.directory.agreements)

    assert agreed == {(CPA.party, None, None): rule}
    assert await roster.disagree(rule.rule_id)
    assert not roster.directory.agreements
    assert not await roster.disagree(rule.rule_id)


async def test_outgoing_tokens_are_clear_in_memory_alone(roster: Roster) -> None:
    """The directory opens them; a token sealed by another server key costs its partner the connection, not the hub."""
    sealed = SECRETS.seal("token-b", "Charge Point A")
    await roster.save(replace(platform(), outgoing=sealed))
    await roster.save(replace(platform("Charge Point B"), outgoing=sealed))

    assert roster.directory.credentials_tokens == {"Charge Point A": "token-b", "Charge Point B": ""}
    assert "token-b" not in repr(roster.directory)
