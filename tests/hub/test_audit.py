"""The chain of the audit log: what was written is followed to its end, and whatever somebody does to it is found."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.audit import Act, Chain, ChainBroken, Entry, Head, chain, write
from hub.secrets import Secrets
from hub.verdicts import canonical, published, sign

SECRETS = Secrets(b"a server key for tests, long enough to be one")
KEYS = published(SECRETS.verdict_public_keys)
AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ACTS = st.builds(
    Act,
    subject=TEXTS,
    action=TEXTS,
    target=TEXTS,
    words=st.dictionaries(TEXTS, TEXTS, max_size=3),
    remote=TEXTS,
    of=st.integers(0, 9),
    outcome=TEXTS,
)


def log(*acts: Act, secrets: Secrets = SECRETS) -> list[bytes]:
    """The lines of a log of these acts, a second apart."""
    entries: list[Entry] = []
    head = Head()
    for number, act in enumerate(acts):
        entries.append(chain(head, act, AT + timedelta(seconds=number), secrets))
        head = Head(entries[-1].number, entries[-1].digest)
    return [write(entry) for entry in entries]


def follow(lines: list[bytes], *, keys: object = KEYS, head: str = "", promised: int = 0) -> Head:
    """Where the chain ends; raises ChainBroken."""
    followed = Chain(keys, head)
    for line in lines:
        followed.follow(line)
    followed.end(promised)
    return followed.head


LOG = log(*(Act(subject="jan@ops", action="POST /partners/invite", words={"name": f"Partner {n} ☃"}) for n in range(6)))


@given(st.lists(ACTS, max_size=5))
def test_whatever_is_written_is_followed_to_its_end(acts: list[Act]) -> None:
    """Any act, any text: the chain is whole, and its head counts the entries."""
    assert follow(log(*acts)).number == len(acts)


@given(data=st.data(), flip=st.integers(1, 255))
def test_any_flipped_byte_is_found_at_its_entry(data: st.DataObject, flip: int) -> None:
    """In a name, a time, a digest, a signature, a quotation mark: the verifier names the entry."""
    number = data.draw(st.integers(0, len(LOG) - 1))
    at = data.draw(st.integers(0, len(LOG[number]) - 1))
    line = LOG[number]
    lines = [*LOG]
    lines[number] = line[:at] + bytes([line[at] ^ flip]) + line[at + 1 :]

    with pytest.raises(ChainBroken) as broken:
        follow(lines)

    assert broken.value.number == number + 1


@given(st.permutations(range(6)).filter(lambda order: order != sorted(order)))
def test_another_order_is_found(order: list[int]) -> None:
    """Entries that change places do not follow one another."""
    with pytest.raises(ChainBroken):
        follow([LOG[number] for number in order])


@given(st.integers(0, 4))
def test_a_missing_entry_is_found(number: int) -> None:
    """Wherever one is taken out but at the end."""
    with pytest.raises(ChainBroken) as broken:
        follow(LOG[:number] + LOG[number + 1 :])

    assert broken.value.number == number + 1


def test_a_cut_end_is_found_by_the_promise_and_by_an_earlier_head() -> None:
    """What is left is whole by itself; the counter beside it, or a head that was written down, says that it was cut."""
    cut = LOG[:4]
    head = str(follow(LOG))

    assert follow(cut).number == 4
    for known in ({"promised": 6}, {"head": head}):
        with pytest.raises(ChainBroken, match="entry 5: it is missing"):
            follow(cut, **known)


def test_a_log_that_was_written_anew_is_found_by_an_earlier_head() -> None:
    """Even with the hub's own key: another history has another head."""
    head = str(follow(LOG[:3]))
    other = log(*(Act(subject="eve@ops", action="nothing") for _ in range(6)))

    assert follow(LOG, head=head).number == 6
    with pytest.raises(ChainBroken, match="entry 3: the head"):
        follow(other, head=head)


def test_who_lacks_the_key_cannot_write_one() -> None:
    """A chain of another key, and one whose signatures are of verdicts, are refused."""
    with pytest.raises(ChainBroken, match="none of the keys"):
        follow(log(Act(subject="eve", action="x"), secrets=Secrets(b"another server key, just as long as the first")))
    verdict = sign({"format": 1, "number": 1, "previous": "0" * 64}, SECRETS)
    with pytest.raises(ChainBroken):
        follow([canonical(verdict)])


def test_entries_of_an_older_key_can_still_be_checked() -> None:
    """After a change of the key the chain goes on; both public keys are published."""
    newer = Secrets(b"a newer server key, as long as the one before", b"a server key for tests, long enough to be one")
    first = chain(Head(), Act(subject="jan", action="before"), AT, SECRETS)
    second = chain(Head(1, first.digest), Act(subject="jan", action="after"), AT, newer)

    assert follow([write(first), write(second)], keys=published(newer.verdict_public_keys)).number == 2


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b"null", b"\xff", LOG[0] + b"\n", b" " + LOG[0]])
def test_what_is_no_entry_is_refused(line: bytes) -> None:
    """Empty, something around it, or something else altogether."""
    with pytest.raises(ChainBroken):
        follow([line])
