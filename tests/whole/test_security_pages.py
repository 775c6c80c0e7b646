"""SEC-11: no list costs more, or says less truly how long it is, because of a number or a date that somebody thought of."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from hub.admin.app import ROUTES as ADMIN
from hub.apps.api.app import ROUTES as APPS
from hub.config import Settings
from hub.wire import paging
from hub.wire.errors import InvalidParameters
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import S, Scripted

NUMBERS = [
    "1000000000",
    "1e9",
    "-1",
    "-0",
    "0",
    "+5",
    "5.0",
    "0x10",
    "1_000",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "9" * 4000,
    "%EF%BC%95",
    "%205",
    "NaN",
    "Infinity",
    "true",
    "[]",
    "%00",
    "1;2",
]
WINDOWS = [
    "date_from=0001-01-01T00:00:00Z",
    "date_to=9999-12-31T23:59:59Z",
    "date_from=2025-01-01T00:00:00Z&date_to=2024-01-01T00:00:00Z",
    "date_from=2025-01-01T00:00:00Z&date_to=2025-01-01T00:00:00Z",
    "date_from=9999-12-31T23:59:59.999999Z&date_to=0001-01-01T00:00:00Z",
]
NO_WINDOWS = [
    "date_from=0000-01-01T00:00:00Z",
    "date_from=10000-01-01T00:00:00Z",
    "date_from=2024-13-01T00:00:00Z",
    "date_from=2024-02-30T00:00:00Z",
    "date_from=-2024-01-01T00:00:00Z",
    "date_from=1709280000",
    "date_to=tomorrow",
    "date_to=" + "2" * 4000,
]


@pytest.mark.parametrize("module", ["tariffs", "locations", "tokens"])
@pytest.mark.parametrize("written", NUMBERS)
async def test_a_page_has_its_bounds(hub: RunningHub, cpo: Scripted, emsp: Scripted, module: str, written: str) -> None:
    """SEC-11: No number makes a page longer than the hub's longest, and X-Limit says how long it is; or 2001 that names it."""
    asks = cpo if module == "tokens" else emsp
    for name in ("limit", "offset"):
        answer = await asks.ask("GET", module, S, f"?{name}={written}", to=words.HUB)

        assert answer.status == 200
        if answer.status_code == 1000:
            assert 0 < int(answer.headers["X-Limit"]) <= hub.settings.page_size_max
            assert len(answer.data) <= int(answer.headers["X-Limit"])
        else:
            assert answer.status_code == 2001
            assert name in answer.json["status_message"]


async def test_what_is_said_twice_counts_once(hub: RunningHub, emsp: Scripted) -> None:
    """SEC-11: The first of two limits, whatever the second is; and the next page is asked for as this one was."""
    answer = await emsp.ask("GET", "tariffs", S, "?limit=1&limit=1000000000", to=words.HUB)

    assert (answer.status_code, answer.headers["X-Limit"]) == (1000, "1")


@pytest.mark.parametrize("window", WINDOWS)
async def test_a_window_may_be_empty_or_long(emsp: Scripted, window: str) -> None:
    """SEC-11: From the first year, to the last, or ending before it begins: a list, perhaps an empty one."""
    answer = await emsp.ask("GET", "tariffs", S, f"?{window}", to=words.HUB)

    assert (answer.status, answer.status_code) == (200, 1000)


@pytest.mark.parametrize("window", NO_WINDOWS)
async def test_what_is_no_date_is_named(emsp: Scripted, window: str) -> None:
    """SEC-11: 2001, with the parameter's name."""
    answer = await emsp.ask("GET", "tariffs", S, f"?{window}", to=words.HUB)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert window.partition("=")[0] in answer.json["status_message"]


@given(st.dictionaries(st.sampled_from(["limit", "offset", "date_from", "date_to", "after_seq"]), st.text(max_size=30)))
@hypothesis_settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_a_page_or_2001(query: dict[str, str]) -> None:
    """Reading never fails otherwise, and never goes beyond the maximum or what the database can count."""
    try:
        page = paging.read_page(query, 500)
    except InvalidParameters:
        return
    assert 1 <= page.limit <= 500
    assert 0 <= page.offset < 2**63


def _bounded_fields() -> Iterator[tuple[str, type[BaseModel], str]]:
    for side, rows in (("admin", ADMIN), ("apps", APPS)):
        for row in rows:
            for name, field in row.asks.model_fields.items():
                if name in {"limit", "offset", "count", "last"} and "int" in str(field.annotation):
                    yield f"{side} {row.method} {row.path} {name}", row.asks, name


@pytest.mark.parametrize(
    ("asks", "name"), [one[1:] for one in _bounded_fields()], ids=[one[0] for one in _bounded_fields()]
)
@pytest.mark.parametrize("value", [-1, 10**9, 2**63, 10**400, "1e9", "NaN", "", None, [1]])
def test_the_other_apis_have_bounds_too(asks: type[BaseModel], name: str, value: Any) -> None:
    """SEC-11: What counts is refused beyond its bounds, by name, whoever asks: operators and apps."""
    with pytest.raises(ValidationError) as refused:
        asks.model_validate({name: value})
    assert name in {str(fault["loc"][0]) for fault in refused.value.errors()}


def test_the_longest_page() -> None:
    """An operator cannot make pages longer than 5,000 either."""
    with pytest.raises(ValidationError, match="page_size_max"):
        Settings(_env_file=None, page_size_max=5001)
