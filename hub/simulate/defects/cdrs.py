"""Defects of CDRs, one for each check of that module."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from hub.simulate.defects import Defect
from hub.simulate.defects.changing import Asked, filled_in, on, spoiled
from hub.simulate.messages import Reply, ok, refused
from hub.wire.interface import Interface, fold


def _written(asked: Asked) -> Iterator[dict[str, Any]]:
    yield from asked.cpo.cdrs.values()


def _ends_too_early(asked: Asked) -> None:
    for cdr in _written(asked):
        cdr["end_date_time"] = "2000-01-01T00:00:00Z"


async def _without_location(asked: Asked) -> Reply:
    return replace(await asked.answered(), headers={})


async def _second_cdr(asked: Asked) -> Reply:
    """What is known already is stored again, under a name of its own."""
    body = asked.body
    if _known(asked) == body:
        return await asked.with_body(id=f"{body['id']}-2")
    return await asked.answered()


async def _overwritten(asked: Asked) -> Reply:
    known = _known(asked)
    if known is None:
        return await asked.answered()
    known.clear()
    known |= asked.body
    return await asked.answered()


def _known(asked: Asked) -> dict[str, Any] | None:
    """The CDR of the id in the body."""
    body = asked.body
    key = fold(f"{body['country_code']}-{body['party_id']}-{body['id']}")
    return asked.emsp.cdrs.get(key)


async def _deleted(asked: Asked) -> Reply:
    asked.emsp.cdrs.pop(fold(asked.rest[0]), None)
    return ok()


async def _nothing_negative(asked: Asked) -> Reply:
    if asked.body.get("total_cost", {}).get("excl_vat", 0) < 0:
        return refused(2001, "/total_cost/excl_vat: may not be negative")
    return await asked.answered()


def _one_euro_more(asked: Asked) -> None:
    for cdr in _written(asked):
        parts = [cdr[name]["excl_vat"] for name in ("total_fixed_cost", "total_energy_cost") if name in cdr]
        cdr["total_cost"] = {"excl_vat": sum(parts) + 1}


def _energy_twice(asked: Asked) -> None:
    for cdr in _written(asked):
        cdr["total_energy"] = 2 * asked.cpo.sessions[cdr["session_id"]]["kwh"]


def _without_session(asked: Asked) -> None:
    for cdr in _written(asked):
        cdr.pop("session_id", None)


async def _credit_of_nothing(asked: Asked) -> Reply:
    body = asked.body
    if "credit_reference_id" not in body:
        body.pop("credit", None)
    return await asked.with_whole_body(body)


def _one_of_a_stranger(asked: Asked) -> None:
    first = next(_written(asked))
    caller = asked.received.from_
    if caller is not None:
        asked.cpo.providers["OTHER"] = caller
    stranger = first["cdr_token"] | {"country_code": "ZZ", "party_id": "XXX"}
    asked.cpo.cdrs["OTHER"] = first | {"id": "OTHER", "session_id": "OTHER", "cdr_token": stranger}


async def _everyones_token(asked: Asked) -> Reply:
    own = {"country_code": asked.emsp.party.country_code, "party_id": asked.emsp.party.party_id}
    return await asked.with_body(cdr_token=asked.body["cdr_token"] | own)


async def _taken(_: Asked) -> Reply:
    return ok(status=201)


_SENDER, _RECEIVER = Interface.SENDER, Interface.RECEIVER
DEFECTS: Mapping[str, Defect] = {
    "CDR-01": spoiled("GET", "cdrs", _SENDER, _ends_too_early),
    "CDR-02": on("POST", "cdrs", _RECEIVER, _without_location),
    "CDR-03": on("POST", "cdrs", _RECEIVER, _second_cdr),
    "CDR-04": on("POST", "cdrs", _RECEIVER, _overwritten),
    "CDR-05": on("DELETE", "cdrs", _RECEIVER, _deleted),
    "CDR-06": on("POST", "cdrs", _RECEIVER, _nothing_negative),
    "CDR-07": spoiled("GET", "cdrs", _SENDER, _one_euro_more),
    "CDR-08": spoiled("GET", "cdrs", _SENDER, _energy_twice),
    "CDR-09": spoiled("GET", "cdrs", _SENDER, _without_session),
    "CDR-10": on("POST", "cdrs", _RECEIVER, _credit_of_nothing),
    "CDR-11": on("POST", "cdrs", _RECEIVER, filled_in(total_cost={"excl_vat": 0})),
    "CDR-12": spoiled("GET", "cdrs", _SENDER, _one_of_a_stranger),
    "CDR-13": on("POST", "cdrs", _RECEIVER, _everyones_token),
    "CDR-14": on("POST", "cdrs", _SENDER, _taken),
}
