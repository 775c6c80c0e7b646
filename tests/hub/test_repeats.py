"""Repeated requests: the same id with another body is refused, the same request that makes somebody act goes on once."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import Tasks
from hub.repeats import Repeats, RequestIdTaken, Seen
from hub.store.protocols import Store
from hub.wire.errors import ForwardTimeout, HubError, InvalidParameters, OcpiError, ReceiverNotConnected
from hub.wire.headers import MessageIds, RoutingHeaders
from hub.wire.interface import Interface, ModuleId, Version
from hub.wire.message import Address, Message, Reply
from tests import words

COMMANDS = Address(
    version=Version.V2_2_1, module=ModuleId("commands"), interface=Interface.RECEIVER, suffix="/START_SESSION"
)
MESSAGE = Message(
    method="POST",
    address=COMMANDS,
    query="",
    ids=MessageIds(request_id="r", correlation_id="c"),
    routing=RoutingHeaders(to=words.CPO, sender=words.EMSP),
    platform_id="p",
    body=b"{}",
)
ACCEPTED = Reply(body=b'{"status_code":1000}')
OTHERS = {
    "platform": MESSAGE._replace(platform_id="q"),
    "id": MESSAGE._replace(ids=MessageIds(request_id="s", correlation_id="c")),
    "method": MESSAGE._replace(method="PUT"),
    "path": MESSAGE._replace(address=COMMANDS._replace(suffix="/STOP_SESSION")),
    "query": MESSAGE._replace(query="a=b"),
    "receiver": MESSAGE._replace(routing=RoutingHeaders(to=words.HUB, sender=words.EMSP)),
    "sender": MESSAGE._replace(routing=RoutingHeaders(to=words.CPO, sender=words.HUB)),
}


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    """Background work of the memory."""
    owned = Tasks()
    yield owned
    await owned.close()


@pytest.fixture
def repeats(store: Store, tasks: Tasks) -> Repeats:
    """The memory of one process."""
    return Repeats(store.requests, tasks)


class Receiver:
    """Counts how often it is asked, and answers with what it was given."""

    def __init__(self, *answers: Reply | OcpiError) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def act(self) -> Reply:
        """The next answer."""
        self.asked += 1
        await asyncio.sleep(0)
        answer = self._answers.pop(0)
        if isinstance(answer, OcpiError):
            raise answer
        return answer


def test_another_body_under_the_same_id_is_refused(repeats: Repeats) -> None:
    """SEC-22: HTTP 409, 2001; the first body passes however often it comes, before and after."""
    repeats.check(MESSAGE)
    repeats.check(MESSAGE)
    with pytest.raises(RequestIdTaken) as refused:
        repeats.check(MESSAGE._replace(body=b"[]"))
    repeats.check(MESSAGE)

    assert (refused.value.http_status, refused.value.status_code) == (409, 2001)


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_what_an_id_was_used_for_counts(repeats: Repeats, other: Message) -> None:
    """SEC-22: one event of a partner's may set off many requests under one id: to other addresses they are no replay."""
    repeats.check(MESSAGE)
    repeats.check(other._replace(body=b"[]"))


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.floats(0, 700)), max_size=80))
def test_memory_is_bounded_and_never_wrong(asked: list[tuple[int, int, float]]) -> None:
    """It says the body that came first, or, of what is older or after many others, perhaps this one; never more than twice the
    size is held."""
    seen, now_s = Seen(age_s=600, size_max=4), 1000.0
    firsts: dict[bytes, tuple[bytes, float, int]] = {}
    for count, (number, body, wait_s) in enumerate(asked):
        now_s += wait_s
        key, digest = b"%d" % number, b"%d" % body
        said = seen.first(key, digest, now_s)
        before, at_s, at_count = firsts.get(key, (digest, now_s, count))
        certain = now_s - at_s < 600 and count - at_count < 4
        assert said == before or (said == digest and not certain)
        if key not in firsts or said != before:
            firsts[key] = (said, now_s, count)
        assert len(seen) <= 8


def test_the_latest_are_known_for_the_age() -> None:
    """As many as one generation holds are known, to the end of the age, and none after twice of it."""
    seen = Seen(age_s=600, size_max=4)
    for number in range(4):
        assert seen.first(b"%d" % number, b"first", 100.0) == b"first"

    assert {seen.first(b"%d" % number, b"other", 699.0) for number in range(4)} == {b"first"}
    assert {seen.first(b"%d" % number, b"other", 1900.0) for number in range(4)} == {b"other"}


async def test_a_receiver_acts_once(repeats: Repeats) -> None:
    """SEC-22: the same request again, at once or later, gets the same answer, and the receiver is asked once."""
    receiver = Receiver(ACCEPTED)

    together = await asyncio.gather(*(repeats.once(MESSAGE, receiver.act) for _ in range(5)))
    later = await repeats.once(MESSAGE, receiver.act)

    assert receiver.asked == 1
    assert [reply.body for reply in (*together, later)] == [ACCEPTED.body] * 6
    assert [reply.repeated for reply in (*together, later)] == [False, *[True] * 5]


async def test_another_process_knows(store: Store, tasks: Tasks) -> None:
    """SEC-22: the memory of commands is the database's: what one process carried no other one carries again."""
    receiver = Receiver(ACCEPTED)
    one, other = Repeats(store.requests, tasks), Repeats(store.requests, tasks)
    await one.once(MESSAGE, receiver.act)
    await tasks.join()

    again = await other.once(MESSAGE, receiver.act)
    with pytest.raises(RequestIdTaken):
        await other.once(MESSAGE._replace(body=b"[]"), receiver.act)

    assert receiver.asked == 1
    assert again == ACCEPTED._replace(repeated=True)


@pytest.mark.parametrize("failed", [ForwardTimeout("late"), HubError("HTTP 500")])
async def test_what_may_have_been_done_is_not_done_again(repeats: Repeats, failed: OcpiError) -> None:
    """SEC-22: after 4002 or 4000 nobody knows whether the receiver acted: the repeat is 4002, and does not reach it."""
    receiver = Receiver(failed, ACCEPTED)
    with pytest.raises(type(failed)):
        await repeats.once(MESSAGE, receiver.act)

    with pytest.raises(ForwardTimeout, match="passed on before"):
        await repeats.once(MESSAGE, receiver.act)
    assert receiver.asked == 1


@pytest.mark.parametrize("failed", [ReceiverNotConnected("away"), InvalidParameters("response_url")])
async def test_what_was_not_done_may_be_asked_again(repeats: Repeats, failed: OcpiError) -> None:
    """What never reached the receiver is passed on when it comes again."""
    receiver = Receiver(failed, ACCEPTED)
    with pytest.raises(type(failed)):
        await repeats.once(MESSAGE, receiver.act)

    assert await repeats.once(MESSAGE, receiver.act) == ACCEPTED
