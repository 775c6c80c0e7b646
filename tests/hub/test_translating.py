"""Bodies between 2.2 and 2.2.1: the very same bytes wherever nothing must differ."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.translating import translate, translate_answer
from hub.wire import json_text
from hub.wire.errors import BrokenJson
from hub.wire.interface import Module, ModuleId, Version
from tests import words
from tests.directories import CATALOG
from tests.words import EMSP

OLD, NEW = Version.V2_2, Version.V2_2_1
MODULES = [module.identifier for module in CATALOG.functional()]


def chapter(module: str) -> Module:
    """A functional module by its identifier."""
    found = CATALOG.module(ModuleId(module))
    assert found is not None
    return found


def token_of_2_2() -> dict[str, Any]:
    """A CdrToken that names no party."""
    token = words.cdr_token()
    del token["country_code"], token["party_id"]
    return token


def enveloped(data: object) -> bytes:
    """An answer, oddly spaced, with a number that must keep its zeros."""
    return b'{ "status_code":1000 , "extra":1.500, "data": ' + words.body(data) + b'\n, "timestamp":"x"}'


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("version", Version)
@given(body=st.binary())
def test_the_same_version_is_the_same_body(module: str, version: Version, body: bytes) -> None:
    """H3.03, H3.04: between platforms of one version the bytes pass as they are, whatever they are."""
    assert translate(chapter(module), body, written=version, wanted=version, emsp=EMSP) is body
    assert translate_answer(chapter(module), body, written=version, wanted=version, emsp=EMSP) is body


@pytest.mark.parametrize(("written", "wanted"), [(OLD, NEW), (NEW, OLD)])
@pytest.mark.parametrize("module", ["tariffs", "tokens", "chargingprofiles", None])
def test_a_module_that_did_not_change_passes_as_it_is(module: str | None, written: Version, wanted: Version) -> None:
    """H3.04: a chapter equal in both versions, and a custom module, are not parsed at all."""
    known = chapter(module) if module else None
    body = b' {"kwh" : 1.500, '

    assert translate(known, body, written=written, wanted=wanted, emsp=EMSP) is body
    assert translate_answer(known, body, written=written, wanted=wanted, emsp=EMSP) is body


def test_a_body_without_a_difference_keeps_its_bytes() -> None:
    """H3.04: blanks, number texts and unknown fields stay where the versions say the same."""
    body = b' {"kwh" : 1.500, "unknown":[1e3 ], "last_updated":"2024-03-01T08:00:00Z"}\n'

    assert translate(chapter("sessions"), body, written=NEW, wanted=OLD, emsp=EMSP) is body
    assert translate(chapter("sessions"), b"", written=NEW, wanted=OLD, emsp=EMSP) == b""


@pytest.mark.parametrize(("module", "value"), [("sessions", words.session()), ("cdrs", words.cdr())])
def test_a_token_of_2_2_names_no_owner(module: str, value: words.Words) -> None:
    """H8.05: to 2.2 the owner of a CdrToken is left out, and to 2.2.1 it is filled in: the eMSP of the exchange."""
    old = json_text.loads(translate(chapter(module), words.body(value), written=NEW, wanted=OLD, emsp=None))
    new = json_text.loads(translate(chapter(module), words.body(old), written=OLD, wanted=NEW, emsp=EMSP))

    assert old["cdr_token"] == token_of_2_2()
    assert new["cdr_token"] == words.cdr_token()


def test_numbers_keep_their_text_on_the_way() -> None:
    """H3.03, H7.07: what a translation does not mean it does not touch, amounts least of all."""
    session = words.session(kwh=words.number("12345678901234567890.10"), unknown=[words.number("1E+3")])

    written = translate(chapter("sessions"), words.body(session), written=NEW, wanted=OLD, emsp=None)

    assert b'"kwh":12345678901234567890.10' in written
    assert b'"unknown":[1E+3]' in written
    assert json_text.loads(written) == session | {"cdr_token": token_of_2_2()}


@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: [one], lambda one: [one, words.session(id="S2"), "odd"]])
def test_the_data_of_an_answer_is_translated(wrap: Any) -> None:
    """H8.05: one object or each of a list; the envelope around it stays, unknown members too."""
    body = enveloped(wrap(words.session()))

    answer = json_text.loads(translate_answer(chapter("sessions"), body, written=NEW, wanted=OLD, emsp=EMSP))

    first = answer["data"][0] if isinstance(answer["data"], list) else answer["data"]
    assert first == words.session(cdr_token=token_of_2_2())
    assert {name: answer[name] for name in ("status_code", "extra", "timestamp")} == {
        "status_code": "1000",
        "extra": "1.500",
        "timestamp": "x",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"status_code":2001}',
        enveloped(None),
        enveloped("ACCEPTED"),
        enveloped([]),
        enveloped({"kwh": 1}),
        enveloped([{"kwh": 1}, None, 5]),
    ],
)
def test_an_answer_without_a_difference_keeps_its_bytes(body: bytes) -> None:
    """H3.04: no envelope, no data, or nothing in it that the versions say differently."""
    assert translate_answer(chapter("sessions"), body, written=NEW, wanted=OLD, emsp=EMSP) is body


def test_a_broken_body_is_not_translated() -> None:
    """A request must be JSON before it is carried to another version."""
    with pytest.raises(BrokenJson):
        translate(chapter("sessions"), b"{", written=NEW, wanted=OLD, emsp=None)
