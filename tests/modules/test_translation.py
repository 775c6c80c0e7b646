"""The steps between 2.2 and 2.2.1 that several chapters take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import modules
from hub.wire.interface import Json, Module
from modules.translation import cdr_token_to_2_2, cdr_token_to_2_2_1, changing, each, without
from tests import words

TRANSLATED = [module for module in modules.ALL if module.translation]

NAMES = [
    "evses",
    "connectors",
    "capabilities",
    "standard",
    "power_type",
    "cdr_token",
    "cdr_location",
    "signed_data",
    "signed_values",
    "state",
    "postal_code",
    "token",
    "connector_id",
    "party_id",
    "country_code",
    "uid",
]

json_values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.sampled_from(["CHAOJI", "AC_2_PHASE"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def test_the_modules_that_differ() -> None:
    """H8.05: locations, sessions, CDRs and commands differ between 2.2 and 2.2.1; the others are written alike."""
    assert [module.identifier for module in TRANSLATED] == ["locations", "sessions", "cdrs", "commands"]


@pytest.mark.parametrize("module", TRANSLATED, ids=lambda module: str(module.identifier))
@given(json_values)
def test_translating_twice_is_translating_once(module: Module, value: Json) -> None:
    """H8.05: what is 2.2 already is returned itself, whatever it is, and nothing is too strange to translate."""
    assert module.translation is not None
    once = module.translation.to_2_2(value)

    assert module.translation.to_2_2(once) is once
    upwards = module.translation.to_2_2_1(value, words.EMSP)
    assert module.translation.to_2_2_1(upwards, words.EMSP) is upwards
    assert module.translation.to_2_2_1(value, None) is value


@pytest.mark.parametrize("value", [words.token(), words.tariff(), words.set_charging_profile(), [], None, "text"])
def test_what_does_not_differ_is_the_same_object(value: Json) -> None:
    """H8.05, H3.04: a body that both versions write alike is not copied, so its bytes can be sent on."""
    for module in TRANSLATED:
        assert module.translation is not None
        assert module.translation.to_2_2(value) is value
        assert module.translation.to_2_2_1(value, words.EMSP) is value


def test_an_argument_is_never_changed() -> None:
    """H3.04: translating leaves what it was given as it was."""
    cdr = words.cdr()

    cdr_token_to_2_2(cdr)

    assert cdr == words.cdr()


def test_the_owner_of_a_token_goes_and_comes_back() -> None:
    """H8.05: 2.2 has no owner in a CdrToken; on the way up the eMSP of the exchange is filled in."""
    old = cdr_token_to_2_2(words.session())

    assert old["cdr_token"] == {"uid": "012345678", "type": "RFID", "contract_id": "DE8EMA12E46L89"}
    assert cdr_token_to_2_2_1(old, words.EMSP) == words.session()


def test_an_owner_that_is_there_is_never_overwritten() -> None:
    """H8.03: a 2.2 platform that names the owner anyway is believed."""
    session = words.session()

    assert cdr_token_to_2_2_1(session, words.CPO) is session


def test_a_part_without_a_token_stays_without() -> None:
    """H8.05: a PATCH that says nothing of the token is not touched."""
    part = {"status": "COMPLETED", "last_updated": "2024-03-01T10:00:00Z"}

    assert cdr_token_to_2_2(part) is part
    assert cdr_token_to_2_2_1(part, words.EMSP) is part


def test_small_steps() -> None:
    """Members go, change and stay as asked; elements that became None are left out."""
    value = {"a": 1, "b": [1, 2, 3]}

    assert without(value, "c") is value
    assert without(value, "a") == {"b": [1, 2, 3]}
    assert changing(value, "b", lambda items: each(items, lambda item: None if item == 2 else item)) == {
        "a": 1,
        "b": [1, 3],
    }
    assert each(value["b"], lambda item: item) is value["b"]
