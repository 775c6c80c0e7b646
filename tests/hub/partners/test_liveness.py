"""Who is there: silence, checks, OFFLINE, probes and coming back, with a clock that the test moves."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from hub.clock import Tasks
from hub.config import Settings
from hub.delivery.post import Post
from hub.partners import liveness as liveness_module
from hub.partners.calls import Journey
from hub.partners.liveness import PRESENCE_EVERY_S, Liveness
from hub.partners.means import Means, Turns
from hub.partners.outgoing import Outgoing
from hub.partners.parties import hosting
from hub.partners.reader import Reader
from hub.partners.roster import Roster
from hub.platform import ConnectionStatus, HostedParty, Platform, PlatformState
from hub.registry import platform_status
from hub.simulate.faults import Fault
from hub.simulate.messages import Received, Reply, ok, refused
from hub.simulate.partner import Partner
from hub.store.protocols import Store
from tests.hub.partners.house import CPA, SECRETS

SILENCE_S = 300.0
A_WHILE_S = SILENCE_S * 1.2
"""After this every silent platform is due, wherever the spread puts it."""


START = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Clock:
    """Moves by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def now(self) -> datetime:
        """The calendar's time."""
        return START + timedelta(seconds=self.now_s)


class Watch:
    """Liveness on such a clock, and what came of it."""

    def __init__(self, means: Means, store: Store, post: Post, partner: Partner, clock: Clock) -> None:
        self.clock = clock
        self.partner = partner
        self.roster = means.roster
        self.tasks = Tasks()
        self.store = store
        self.woken: list[str] = []
        self.told: list[str] = []
        self.mine = True
        self.roster.announce_with(self._announce)
        self.liveness = Liveness(
            means,
            store.presence,
            Outgoing(means),
            self.tasks,
            set_out=lambda: Journey(post, 0.2, lambda _: None),
            owns=lambda _: self.mine,
            woke=self.woken.append,
            monotonic=lambda: clock.now_s,
        )

    async def _announce(self, _: Platform, changed: tuple[HostedParty, ...]) -> None:
        self.told += [hosted.status.value for hosted in changed]

    async def join(self, platform_id: str = "cpo") -> None:
        """Have the partner registered."""
        now = self.clock.now()
        platform = Platform(
            platform_id=platform_id,
            name=f"Partner {platform_id}",
            state=PlatformState.REGISTERED,
            claims=frozenset(),
            parties=hosting((), {CPA: ""}, now),
            versions_url=f"{self.partner.url}/{platform_id}/versions",
            outgoing=SECRETS.seal("token-b", platform_id),
            created_at=now,
        )
        await self.roster.save(platform)

    async def after(self, seconds: float) -> int:
        """Move the clock, let everything happen that is due, and return how many requests the partner got."""
        before = self.partner.received_count
        self.clock.now_s += seconds
        await self.liveness.tick()
        await self.tasks.join()
        return self.partner.received_count - before

    def status(self, platform_id: str = "cpo") -> ConnectionStatus:
        """As HubClientInfo tells it."""
        return platform_status(self.roster.directory.platforms[platform_id])


@pytest.fixture
async def watch(store: Store, settings: Settings) -> AsyncIterator[Watch]:
    """A registered partner that answers its versions, watched."""
    clock = Clock()
    async with Post(settings) as post, Partner() as partner:
        partner.answer("GET", "/", ok([]))
        means = Means(
            settings=settings,
            roster=Roster(settings.party, store.platforms, store.agreements, SECRETS.unseal),
            secrets=SECRETS,
            reader=Reader(True),
            set_out=lambda: Journey(post, 0.2, lambda _: None),
            turns=Turns(1.0),
            now=clock.now,
        )
        made = Watch(means, store, post, partner, clock)
        await made.join()
        yield made
        await made.tasks.close()


async def test_the_silent_are_asked_for_their_versions(watch: Watch) -> None:
    """H5.06: after X minutes without a message the hub GETs the versions URL, with the partner's token; not before."""
    assert await watch.after(SILENCE_S - 1) == 0

    assert await watch.after(A_WHILE_S - SILENCE_S + 1) == 1
    request = watch.partner.requests[-1]
    assert (request.method, request.path) == ("GET", "/cpo/versions")
    assert request.headers["Authorization"] == "Token dG9rZW4tYg=="
    assert not [name for name in request.headers if name.lower().startswith("ocpi-")]


async def test_a_message_resets_the_silence(watch: Watch) -> None:
    """H5.06: whoever talks is not asked; the check's own answer counts as talk too."""
    await watch.after(SILENCE_S - 1)
    watch.liveness.heard("cpo")

    assert await watch.after(SILENCE_S - 1) == 0
    assert await watch.after(A_WHILE_S - SILENCE_S + 1) == 1
    assert await watch.after(SILENCE_S - 1) == 0


async def test_checks_are_spread(watch: Watch) -> None:
    """H5.06: partners that fell silent together are not all asked in the same second."""
    for number in range(20):
        await watch.join(f"partner-{number}")

    first = await watch.after(SILENCE_S * 1.1)

    assert 0 < first < 21
    assert first + await watch.after(SILENCE_S * 0.1) == 21


async def test_only_the_process_that_owns_a_platform_checks_it(watch: Watch) -> None:
    """H5.06: several processes, one check."""
    watch.mine = False

    assert await watch.after(A_WHILE_S) == 0


async def test_what_another_process_heard_counts(watch: Watch) -> None:
    """H5.06 H5.09: before it asks, the owner looks whether someone else heard the platform."""
    watch.clock.now_s += A_WHILE_S
    await watch.store.presence.seen({"cpo": watch.clock.now()})

    assert await watch.after(0) == 0


@pytest.mark.parametrize("state", [PlatformState.INVITED, PlatformState.SUSPENDED, PlatformState.UNREGISTERED])
async def test_only_the_registered_are_checked(watch: Watch, state: PlatformState) -> None:
    """H5.08: nothing is sent to PLANNED and SUSPENDED parties."""
    await watch.roster.amend("cpo", lambda current: replace(current, state=state))

    assert await watch.after(A_WHILE_S) == 0


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.SLOW, Fault.SERVER_ERROR])
async def test_failures_in_a_row_make_offline(watch: Watch, fault: Fault) -> None:
    """H5.07: no answer and 5xx are failures; the first one is forgiven, the second says OFFLINE, and this is announced."""
    watch.partner.fail(fault)

    await watch.after(A_WHILE_S)
    assert watch.status() is ConnectionStatus.CONNECTED
    await watch.after(1)

    assert watch.status() is ConnectionStatus.OFFLINE
    assert watch.told == ["CONNECTED", "OFFLINE"]


@pytest.mark.parametrize("http_status", [200, 401, 404])
async def test_any_other_answer_is_a_sign_of_life(watch: Watch, http_status: int) -> None:
    """H5.07: a 401 says that credentials are broken, not that nobody is there."""
    watch.partner.answer("GET", "/", refused(2000, "whatever", status=http_status))

    for _ in range(3):
        await watch.after(A_WHILE_S)

    assert watch.status() is ConnectionStatus.CONNECTED


async def test_a_401_to_the_check_is_an_alert(watch: Watch, capsys: pytest.CaptureFixture[str]) -> None:
    """H5.07: an operator must hear of it; no token is in the line."""
    watch.partner.answer("GET", "/", refused(2000, "who are you", status=401))

    await watch.after(A_WHILE_S)

    said = capsys.readouterr().out
    assert "partner_refuses_our_token" in said
    assert "token-b" not in said


async def test_forwards_that_fail_count(watch: Watch) -> None:
    """H5.07: what the hub tried to send counts as much as its checks; an answer in between starts anew."""
    watch.liveness.missed("cpo", "refused")
    watch.liveness.heard("cpo")
    watch.liveness.missed("cpo", "refused")
    await watch.tasks.join()
    assert watch.status() is ConnectionStatus.CONNECTED

    watch.liveness.missed("cpo", "refused")
    await watch.tasks.join()
    assert watch.status() is ConnectionStatus.OFFLINE


async def test_a_failed_forward_is_followed_by_a_quick_check(watch: Watch) -> None:
    """H5.07: one failure raises the question, and it is answered within probe_first_s."""
    watch.liveness.missed("cpo", "timed out")

    assert await watch.after(0.5) == 0
    assert await watch.after(0.5) == 1
    assert watch.status() is ConnectionStatus.CONNECTED


async def go_offline(watch: Watch) -> None:
    """Make the partner OFFLINE."""
    for _ in range(2):
        watch.liveness.missed("cpo", "refused")
    await watch.tasks.join()
    assert watch.status() is ConnectionStatus.OFFLINE


async def test_the_offline_are_probed_with_back_off(watch: Watch) -> None:
    """H5.08: the check goes on for OFFLINE platforms, after 1 s, 2 s, 4 s and so on up to every 60 s (decision D5)."""
    watch.partner.fail(Fault.SERVER_ERROR)
    await go_offline(watch)

    waits = []
    for _ in range(9):
        waited_s = 0.0
        while not await watch.after(0.5):
            waited_s += 0.5
        waits.append(waited_s + 0.5)

    longest = [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, longest, strict=True))
    assert waits[-3] == waits[-2] == waits[-1]


def test_those_that_went_away_together_are_not_probed_together() -> None:
    """REL-12: a hundred platforms are spread over half of the wait, each always at the same place in it."""
    shares = sorted(liveness_module._share(f"platform-{number}") for number in range(100))

    assert 0 <= shares[0] < 0.1
    assert 0.9 < shares[-1] < 1
    assert max(after - before for before, after in pairwise(shares)) < 0.15


async def test_a_probe_that_is_answered_connects(watch: Watch) -> None:
    """H5.07 H5.09: a successful check makes CONNECTED; it is announced, and deliveries may go on."""
    await go_offline(watch)
    watch.woken.clear()

    await watch.after(1)

    assert watch.status() is ConnectionStatus.CONNECTED
    assert watch.told == ["CONNECTED", "OFFLINE", "CONNECTED"]
    assert watch.woken == ["cpo"]


async def test_any_message_connects_at_once(watch: Watch) -> None:
    """H5.09: a message from an OFFLINE platform counts as alive, without waiting for a probe; many messages save once."""
    await go_offline(watch)
    revision = watch.roster.directory.platforms["cpo"].revision

    for _ in range(100):
        watch.liveness.heard("cpo")
    await watch.tasks.join()

    assert watch.status() is ConnectionStatus.CONNECTED
    assert watch.roster.directory.platforms["cpo"].revision == revision + 1


async def test_a_message_while_offline_is_being_saved_wins(watch: Watch) -> None:
    """H5.09: the newest finding is the last that is saved."""
    for _ in range(2):
        watch.liveness.missed("cpo", "refused")
    watch.liveness.heard("cpo")
    await watch.tasks.join()

    assert watch.status() is ConnectionStatus.CONNECTED


async def test_messages_of_a_suspended_platform_change_nothing(watch: Watch) -> None:
    """What an operator did is not undone by a message."""
    await go_offline(watch)
    await watch.roster.amend("cpo", lambda current: replace(current, state=PlatformState.SUSPENDED))

    watch.liveness.heard("cpo")
    watch.liveness.missed("cpo", "refused")
    await watch.tasks.join()

    assert watch.status() is ConnectionStatus.SUSPENDED


async def test_whoever_comes_back_by_any_way_is_woken(watch: Watch) -> None:
    """A platform that the operator resumes, or that another process found again, gets what it lacks."""
    watch.woken.clear()
    await watch.roster.amend("cpo", lambda current: replace(current, state=PlatformState.SUSPENDED))
    assert watch.woken == []

    await watch.roster.amend("cpo", lambda current: replace(current, state=PlatformState.REGISTERED))

    assert watch.woken == ["cpo"]


async def test_presence_is_written_in_batches(watch: Watch) -> None:
    """H5.06: the time of the last message is kept, not with every message but every few seconds."""
    watch.liveness.heard("cpo")
    await watch.after(1)
    assert await watch.store.presence.all() == {}

    await watch.after(PRESENCE_EVERY_S)

    assert set(await watch.store.presence.all()) == {"cpo"}


async def test_last_seen_is_the_latest_of_all_processes(watch: Watch) -> None:
    """H5.06: what this process knows and did not write yet, or what another one wrote."""
    earlier = watch.clock.now() - timedelta(hours=1)
    await watch.store.presence.seen({"cpo": earlier, "other": earlier})

    assert await watch.liveness.last_seen() == {"cpo": earlier, "other": earlier}
    watch.liveness.heard("cpo")
    seen = await watch.liveness.last_seen()
    assert seen["cpo"] > earlier
    assert seen["other"] == earlier


async def test_two_outgoing_tokens_are_settled_even_when_nobody_is_silent(watch: Watch) -> None:
    """H2.28: a partner that undid a renewal, and goes on talking, is called with the older token again within a minute."""

    def only_older(received: Received) -> Reply | None:
        older = received.headers["Authorization"] == "Token b2xkZXI="
        return None if older else refused(2000, "who are you", status=401)

    watch.partner.answer("GET", "/", only_older)
    older = SECRETS.seal("older", "cpo")
    await watch.roster.amend("cpo", lambda current: replace(current, outgoing_previous=older))

    assert await watch.after(1) == 0
    watch.liveness.heard("cpo")
    assert await watch.after(60) > 0

    assert watch.roster.directory.credentials_tokens["cpo"] == "older"
