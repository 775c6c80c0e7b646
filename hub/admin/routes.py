"""Agreements over the admin API: who may send what to whom, and what would become of a message now."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from hub.admin import views
from hub.admin.errors import BadRequest, Unknown
from hub.admin.route_test import explain_route
from hub.admin.table import AdminCall, AdminRoute, Asked, Json, Nothing
from hub.platform import Agreement, Effect
from hub.routing import is_custom
from hub.wire.interface import ModuleId
from hub.wire.party import Party

ANY = "*"
_Text = Annotated[str, Field(min_length=1, max_length=40)]


class Triple(Asked):
    """Who sends what to whom; `*` stands for everyone or everything."""

    sender: _Text = Field(alias="from")
    receiver: _Text = Field(alias="to")
    module: _Text = ANY


class Agree(Triple):
    """Allow or deny, in place of an earlier rule on the same triple."""

    effect: Effect


class Question(Asked):
    """Two parties and a module."""

    sender: _Text = Field(alias="from")
    receiver: _Text = Field(alias="to")
    module: _Text


async def _list(call: AdminCall[Nothing]) -> Json:
    return [views.agreement(rule) for rule in call.office.partners.agreements()]


async def _agree(call: AdminCall[Agree]) -> Json:
    sender, receiver, module = _triple(call.asked)
    rule = await call.office.partners.agree(sender, receiver, module, call.asked.effect, by=call.subject)
    return views.agreement(rule) | {"warnings": _doubts(call, rule)}


async def _unset(call: AdminCall[Triple]) -> Json:
    sender, receiver, module = _triple(call.asked)
    if not await call.office.partners.unset(sender, receiver, module):
        said = f"from {sender or ANY} to {receiver or ANY}, module {module or ANY}"
        raise Unknown(f"There is no rule {said}.", "hubctl routes list", code="unknown_rule")
    return {"from": str(sender or ANY), "to": str(receiver or ANY), "module": module or ANY}


async def _test(call: AdminCall[Question]) -> Json:
    asked = call.asked
    sender, receiver = views.read(Party.parse, asked.sender), views.read(Party.parse, asked.receiver)
    module = _module(asked.module)
    tested = explain_route(call.office.directory(), call.office.catalog, sender, receiver, module)
    return asdict(tested) | {"from": str(sender), "to": str(receiver), "module": module}


def _triple(asked: Triple) -> tuple[Party | None, Party | None, ModuleId | None]:
    return _party(asked.sender), _party(asked.receiver), None if asked.module == ANY else _module(asked.module)


def _party(written: str) -> Party | None:
    return None if written == ANY else views.read(Party.parse, written)


def _module(written: str) -> ModuleId:
    module = ModuleId(written.lower())
    if not is_custom(module):
        raise BadRequest(f"{written!r} is no module: write locations, sessions, cdrs … or * for all")
    return module


def _doubts(call: AdminCall[Agree], rule: Agreement) -> list[str]:
    """A rule on a party that is not here yet is fine, but worth a word: it may be a typing error."""
    directory = call.office.directory()
    parties = [one for one in (rule.sender, rule.receiver) if one is not None]
    doubts = [f"{one} is not a party at this hub yet" for one in parties if one not in directory.hosted]
    if rule.module is not None and call.office.catalog.module(rule.module) is None:
        doubts.append(f"{rule.module} is not a module of OCPI: the rule counts for a custom module of that name")
    return doubts


ROUTES = (
    AdminRoute(method="GET", path="/routes", act=_list, asks=Nothing, summary="Every agreement rule."),
    AdminRoute(method="PUT", path="/routes", act=_agree, asks=Agree, summary="Allow or deny."),
    AdminRoute(method="DELETE", path="/routes", act=_unset, asks=Triple, summary="Take a rule away."),
    AdminRoute(
        method="GET", path="/routes/test", act=_test, asks=Question, summary="What would become of a message now."
    ),
)
