"""C-SCHEMA: required fields, types, lengths, in the shape of the CDR's own version.

2.2 and 2.3.0 are read as 2.2.1 after what differs was taken out; 2.1.1 is another object, whose fields are listed here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hub.money.cdr_reading import SCHEMA, CdrVersion
from hub.money.checking.figures import KIND_OF, TOTAL
from hub.money.compiling import CACHED_TARIFFS
from hub.money.content_cache import ContentCache
from hub.money.findings import Finding, error, warning
from hub.wire.interface import Problem
from hub.wire.types import validate
from modules.cdrs.objects import CDR
from modules.tariffs.objects import Tariff

MAX_ID_LENGTH = 36
"""Of a CDR that is no Credit CDR; those may have an appendix of three more."""
MAX_TOLD = 20
_REQUIRED_2_1_1: Mapping[str, type | tuple[type, ...]] = {
    "id": str, "start_date_time": str, "stop_date_time": str, "auth_id": str, "auth_method": str, "location": dict,
    "currency": str, "charging_periods": list, "last_updated": str,
}  # fmt: skip
_ONLY_IN_2_2_1 = frozenset({"/cdr_token/country_code", "/cdr_token/party_id"})
_PRICES = (TOTAL, *KIND_OF)
_CHECKED_TARIFFS: ContentCache[tuple[Problem, ...]] = ContentCache(CACHED_TARIFFS)


def check_schema(cdr: Mapping[str, Any], version: CdrVersion) -> Iterator[Finding]:
    """What is wrong with the shape."""
    identifier = cdr.get("id")
    if cdr.get("credit") is not True and isinstance(identifier, str) and len(identifier) > MAX_ID_LENGTH:
        yield error(
            SCHEMA, "/id", f"has {len(identifier)} characters; only Credit CDRs may have more than {MAX_ID_LENGTH}"
        )
    if version is CdrVersion.V2_1_1:
        yield from _old(cdr)
        return
    if version is CdrVersion.V2_3_0:
        yield from _without_tax_included(cdr)
        cdr = _as_2_2_1(cdr)
    problems = [
        *validate(CDR, {**cdr, "tariffs": None}),
        *(problem for at, tariff in enumerate(_tariffs(cdr)) for problem in _of_tariff(at, tariff)),
    ]
    told = [one for one in problems if version is CdrVersion.V2_2_1 or one.pointer not in _ONLY_IN_2_2_1]
    for problem in told[:MAX_TOLD]:
        yield error(SCHEMA, problem.pointer, problem.message)


def _of_tariff(at: int, tariff: Any) -> Iterator[Problem]:
    """A tariff that many CDRs carry is looked at once."""
    for found in _CHECKED_TARIFFS.get(tariff, lambda value: tuple(validate(Tariff, value))):
        yield Problem(f"/tariffs/{at}{found.pointer}", found.message)


def _tariffs(cdr: Mapping[str, Any]) -> list[Any]:
    tariffs = cdr.get("tariffs")
    return tariffs if isinstance(tariffs, list) else []


def _old(cdr: Mapping[str, Any]) -> Iterator[Finding]:
    for name, kind in _REQUIRED_2_1_1.items():
        value = cdr.get(name)
        if value is None:
            yield error(SCHEMA, f"/{name}", "is required")
        elif not isinstance(value, kind):
            yield error(SCHEMA, f"/{name}", "has the wrong type")
    for name in (TOTAL, "total_energy", "total_time"):
        if cdr.get(name) is None:
            yield error(SCHEMA, f"/{name}", "is required")


def _without_tax_included(cdr: Mapping[str, Any]) -> Iterator[Finding]:
    """Required in 2.3.0, and missing in its own example: a warning."""
    for at, tariff in enumerate(_tariffs(cdr)):
        if isinstance(tariff, dict) and tariff.get("tax_included") is None:
            yield warning(SCHEMA, f"/tariffs/{at}/tax_included", "is required; read as NO")


def _as_2_2_1(cdr: Mapping[str, Any]) -> dict[str, Any]:
    """A 2.3.0 CDR with prices that 2.2.1 would have; what it has more, 2.2.1 ignores."""
    changed = {name: _price(value) if name in _PRICES else value for name, value in cdr.items()}
    changed["tariffs"] = [_tariff(tariff) for tariff in _tariffs(cdr)]
    return changed


def _tariff(tariff: Any) -> Any:
    if not isinstance(tariff, dict):
        return tariff
    return {name: _price(value) if name in ("min_price", "max_price") else value for name, value in tariff.items()}


def _price(value: Any) -> Any:
    if not isinstance(value, dict) or "before_taxes" not in value:
        return value
    return {"excl_vat": value["before_taxes"]}
