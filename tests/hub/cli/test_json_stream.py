"""JSON values out of files of any size: whatever surrounds the objects, one at a time, with numbers as they were written."""

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cli import json_stream
from hub.cli.json_stream import Read, read_values
from hub.wire.json_text import NumberText

OBJECTS: list[Any] = [{"id": "A", "cost": 1.50}, {"id": "B", "list": [1, {"x": None}]}, {"id": "é"}]


def read(data: bytes) -> list[Read]:
    """All of a file named `f`."""
    return [*read_values(BytesIO(data), "f")]


def values(data: bytes) -> list[Any]:
    """Its objects; a problem in place of one."""
    return [one.problem or one.value for one in read(data)]


@pytest.fixture(params=[1, 7, 1 << 20])
def _chunks(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "CHUNK_BYTES", request.param)


@pytest.mark.usefixtures("_chunks")
@pytest.mark.parametrize(
    "written",
    [
        "\n".join(map(json.dumps, OBJECTS)),
        json.dumps(OBJECTS),
        json.dumps(OBJECTS, indent=2),
        json.dumps({"data": OBJECTS, "status_code": 1000, "timestamp": "2024-01-01T00:00:00Z"}),
        json.dumps({"status_code": 1000, "timestamp": "2024-01-01T00:00:00Z", "data": OBJECTS}, indent=1),
        "\ufeff" + json.dumps(OBJECTS),
        "\n\n".join(json.dumps([one]) for one in OBJECTS),
    ],
)
def test_every_shape_gives_its_objects(written: str) -> None:
    """Lines, lists, envelopes, a byte order mark; however the file falls into chunks."""
    assert [json.loads(json.dumps(one, default=str)) for one in values(written.encode())] == [
        json.loads(json.dumps(one), parse_float=str, parse_int=str) for one in OBJECTS
    ]


def test_numbers_keep_their_text() -> None:
    """`1.50` is not 1.5."""
    (found,) = values(b'{"cost": 1.50}')

    assert (found["cost"], type(found["cost"])) == ("1.50", NumberText)


def test_a_broken_line_is_told_and_passed_over() -> None:
    """With its number; the others are read."""
    found = read(b'{"id": "A"}\n{"id": \n{"id": "B"}\nnonsense\n{"id": "C"}')

    assert [one.place for one in found if one.problem] == ["f:2", "f:4"]
    ids = [one.value["id"] for one in found if not one.problem]
    assert (ids[0], ids[-1]) == ("A", "C")


@pytest.mark.parametrize(
    "data", [b"[1, 2", b'[{"id": "A"}, {"id"', b"NaN", b'{"a": \xff}', b"[" * 100_000, b'{"a": Infinity}']
)
def test_what_is_no_json_is_told(data: bytes) -> None:
    """It ends with a problem in words, never with an exception."""
    assert read(data)[-1].problem


def test_an_empty_file_has_nothing() -> None:
    """No object and no problem."""
    assert read(b"") == read(b" \n ") == []


def test_a_huge_object_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded by the longest object that is allowed."""
    monkeypatch.setattr(json_stream, "MAX_VALUE_CHARS", 1000)
    monkeypatch.setattr(json_stream, "CHUNK_BYTES", 100)

    assert read(b'[{"id": "' + b"x" * 5000 + b'"}]')[0].problem


@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=4).filter(lambda name: name not in ("data", "status_code")),
            st.text(max_size=4),
            max_size=3,
        ),
        min_size=1,
        max_size=5,
    ),
    st.integers(1, 30),
)
def test_any_list_comes_back(objects: list[Any], chunk: int) -> None:
    """For every size of chunk."""
    before, json_stream.CHUNK_BYTES = json_stream.CHUNK_BYTES, chunk
    try:
        assert values(json.dumps(objects).encode()) == objects
    finally:
        json_stream.CHUNK_BYTES = before
