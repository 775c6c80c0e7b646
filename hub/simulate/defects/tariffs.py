"""Defects of Tariffs, one for each check of that module."""

from collections.abc import Mapping
from decimal import Decimal

from hub.simulate.defects import Defect
from hub.simulate.defects.changing import Asked, filled_in, on, owner_of_the_address, spoiled
from hub.simulate.messages import Reply, ok, refused
from hub.wire.interface import Interface

_FREE_OF_CHARGE = [{"price_components": [{"type": "FLAT", "price": 0, "step_size": 1}]}]


def _price_of_a_float(asked: Asked) -> None:
    for tariff in asked.cpo.tariffs.values():
        tariff["elements"][0]["price_components"][0]["price"] = Decimal("0.30000000000000004")


async def _without_vat(asked: Asked) -> Reply:
    body = asked.body
    for element in body.get("elements", []):
        for component in element["price_components"]:
            component.pop("vat", None)
    return await asked.with_whole_body(body)


async def _breaks_over_unknown(asked: Asked) -> Reply:
    reply = await asked.answered()
    return refused(3000, "no such row", status=500) if reply.status == 404 else reply


async def _stays(asked: Asked) -> Reply:
    known = asked.kept(asked.emsp.tariffs) is not None
    return ok() if known else await asked.answered()


async def _merged(asked: Asked) -> Reply:
    tariff = asked.kept(asked.emsp.tariffs)
    if tariff is None:
        return await asked.answered()
    tariff |= asked.body
    return ok()


async def _merged_with_the_old(asked: Asked) -> Reply:
    return await asked.with_whole_body({**(asked.kept(asked.emsp.tariffs) or {}), **asked.body})


_SENDER, _RECEIVER = Interface.SENDER, Interface.RECEIVER
DEFECTS: Mapping[str, Defect] = {
    "TAR-01": spoiled("GET", "tariffs", _SENDER, _price_of_a_float),
    "TAR-02": on("PUT", "tariffs", _RECEIVER, _without_vat),
    "TAR-03": on("DELETE", "tariffs", _RECEIVER, _breaks_over_unknown),
    "TAR-04": on("DELETE", "tariffs", _RECEIVER, _stays),
    "TAR-05": on("PUT", "tariffs", _RECEIVER, owner_of_the_address),
    "TAR-06": on("PUT", "tariffs", _RECEIVER, filled_in(elements=_FREE_OF_CHARGE)),
    "TAR-07": on("PATCH", "tariffs", _RECEIVER, _merged),
    "TAR-08": on("PUT", "tariffs", _RECEIVER, _merged_with_the_old),
}
