"""A signed verdict is the hub's, byte for byte, or it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.secrets import Secrets
from hub.verdicts import VerdictRefused, check, published, sign, write

SECRETS = Secrets(b"a server key for tests, long enough to be one")
KEYS = published(SECRETS.verdict_public_keys)
ABOUT = {"format": 1, "platform": "GreenPlug — ☃", "module": "locations", "green": True, "failed_blockers": []}
SIGNED = write(sign(ABOUT, SECRETS))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(TEXTS | st.booleans() | st.integers(-(2**53), 2**53), lambda inner: st.lists(inner, max_size=3))


def test_a_verdict_can_be_checked_with_the_published_key() -> None:
    """Whoever has the key's document needs nothing else."""
    assert check(SIGNED, KEYS)["platform"] == ABOUT["platform"]


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_every_verdict_that_is_signed_can_be_checked(more: dict[str, object]) -> None:
    """Signing and checking write the same one form, whatever is said."""
    about = {name: value for name, value in more.items() if name not in {"kid", "signature"}} | {"format": 1}

    assert {**check(write(sign(about, SECRETS)), KEYS)}.items() >= about.items()


@given(at=st.integers(0, len(SIGNED) - 1), flip=st.integers(1, 255))
def test_any_flipped_byte_is_refused(at: int, flip: int) -> None:
    """In what is said, in the signature, in a quotation mark: no byte may differ."""
    changed = SIGNED[:at] + bytes([SIGNED[at] ^ flip]) + SIGNED[at + 1 :]

    with pytest.raises(VerdictRefused):
        check(changed, KEYS)


@pytest.mark.parametrize("written", [b"", b"{}", b"[]", b"null", b"\xff", SIGNED + b"\n", b" " + SIGNED, SIGNED[:-1]])
def test_what_is_no_verdict_is_refused(written: bytes) -> None:
    """Empty, cut, with something around it, or something else altogether."""
    with pytest.raises(VerdictRefused):
        check(written, KEYS)


@pytest.mark.parametrize("keys", [{}, {"keys": []}, None, [], {"keys": [{"kid": "x"}]}, {"keys": "all"}])
def test_without_the_key_nothing_is_genuine(keys: object) -> None:
    """A key's document that lacks the key, or is none."""
    with pytest.raises(VerdictRefused, match="none of the keys"):
        check(SIGNED, keys)


def test_another_hubs_key_does_not_do() -> None:
    """Even under the same id."""
    other = published(Secrets(b"another server key, just as long as the first").verdict_public_keys)
    other["keys"][0]["kid"] = KEYS["keys"][0]["kid"]

    with pytest.raises(VerdictRefused, match="does not fit"):
        check(SIGNED, other)


def test_the_published_document_holds_no_secret() -> None:
    """The public key alone."""
    assert set(KEYS["keys"][0]) == {"kty", "crv", "alg", "use", "kid", "x"}
