"""Dataclasses to documents and back, through the real encoding of the database."""

from dataclasses import dataclass
from typing import Any

import pytest
from bson import CodecOptions, decode, encode
from hypothesis import given
from hypothesis import strategies as st

from hub.platform import Platform
from hub.store.records import read, write
from tests.hub.store import samples

AWARE: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)


@given(
    record=st.one_of(
        samples.PLATFORMS,
        samples.AGREEMENTS,
        samples.OBJECTS,
        samples.MAPPINGS,
        samples.LEGS,
        samples.FAILED,
        samples.VERIFICATIONS,
        samples.FAULTS,
        samples.CDR_VERDICTS,
        samples.CLEARED_CDRS,
        samples.PUBLISHED,
        samples.STATEMENTS,
    )
)
def test_every_record_survives_the_database(record: object) -> None:
    """Whatever a record holds, what is read back equals it, field for field."""
    document = decode(encode(write(record)), AWARE)

    assert read(type(record), document) == record


def test_a_field_that_an_older_hub_did_not_write_gets_its_default() -> None:
    """A document without `reachable` reads as a platform that is reachable."""
    document = write(samples.platform(reachable=False))
    del document["reachable"]

    assert read(Platform, document) == samples.platform()


def test_a_field_of_a_newer_hub_is_passed_over() -> None:
    """A document with a field that this hub does not know can be read."""
    document = write(samples.platform()) | {"of_tomorrow": 1}

    assert read(Platform, document) == samples.platform()


@dataclass(frozen=True, slots=True)
class _Odd:
    value: complex


def test_a_type_without_a_document_form_is_refused() -> None:
    """A programmer who adds such a field hears it at the first write, not as a wrong document."""
    with pytest.raises(TypeError, match="no document form"):
        write(_Odd(1j))
