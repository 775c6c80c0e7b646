"""C-SCHEMA: required fields, types, lengths, in the shape of the CDR's own version.

2.2 and 2.3.0 are read as 2.2.1 after what differs was taken out; 2.1.1 is another object, whose fields are listed here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hub.money.cdr_reading import SCHEMA, CdrVersion
from hub.money.checking.figures import KIND_OF, TOTAL
from hub.money.findings import Finding, error, warning
from hub.wire.types import validate
from modules.cdrs.objects import CDR

MAX_ID_LENGTH = 36
"""Of a CDR that is no Credit CDR; those may have an appendix of three more."""
MAX_TOLD = 20
_REQUIRED_2_1_1: Mapping[str, type | tuple[type, ...]] = {
    "id": str, "start_date_time": str, "stop_date_time": str, "auth_id": str, "auth_method": str, "location": dict,
    "currency": str, "charging_periods": list, "last_updated": str,
}  # fmt: skip
_ONLY_IN_2_2_1 = frozenset({"/cdr_token/country_code", "/cdr_token/party_id"})
_PRICES = (TOTAL, *KIND_OF)


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
    problems = [one for one in validate(CDR, cdr) if version is CdrVersion.V2_2_1 or one.pointer not in _ONLY_IN_2_2_1]
    for problem in problems[:MAX_TOLD]:
        yield error(SCHEMA, problem.pointer, problem.message)


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
    tariffs = cdr.get("tariffs")
    for at, tariff in enumerate(tariffs if isinstance(tariffs, list) else ()):
        if isinstance(tariff, dict) and tariff.get("tax_included") is None:
            yield warning(SCHEMA, f"/tariffs/{at}/tax_included", "is required; read as NO")


def _as_2_2_1(cdr: Mapping[str, Any]) -> dict[str, Any]:
    """A 2.3.0 CDR with prices that 2.2.1 would have; what it has more, 2.2.1 ignores."""
    changed = {name: _price(value) if name in _PRICES else value for name, value in cdr.items()}
    if isinstance(cdr.get("tariffs"), list):
        changed["tariffs"] = [_tariff(tariff) for tariff in cdr["tariffs"]]
    return changed


def _tariff(tariff: Any) -> Any:
    if not isinstance(tariff, dict):
        return tariff
    return {name: _price(value) if name in ("min_price", "max_price") else value for name, value in tariff.items()}


def _price(value: Any) -> Any:
    if not isinstance(value, dict) or "before_taxes" not in value:
        return value
    return {"excl_vat": value["before_taxes"]}
