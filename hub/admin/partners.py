"""Partners over the admin API: invite, register, list, show, suspend, resume, rotate, remove, set."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from hub.admin import views
from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute, Asked, Json, Nothing
from hub.partners.views import Outcome, PartnerView
from hub.platform import Quirks
from hub.wire.party import PartyRole


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("one line of printable text is needed")
    return text.strip()


Name = Annotated[str, Field(max_length=100), AfterValidator(_one_line)]
Claims = Annotated[tuple[str, ...], Field(min_length=1, max_length=100)]
CredentialsToken = Annotated[SecretStr, Field(min_length=1, max_length=64)]


class Invite(Asked):
    """A token A for a partner; `parties` as `NL/CPA/CPO`."""

    name: Name
    parties: Claims
    expires_s: Annotated[int, Field(ge=60, le=90 * 86400)] = 7 * 86400
    trailing_slash: bool = False
    catch_up: bool = True


class Register(Asked):
    """Start the handshake at a partner that gave us a token A."""

    name: Name
    parties: Claims
    versions_url: Annotated[str, Field(max_length=255)]
    token: CredentialsToken
    trailing_slash: bool = False
    catch_up: bool = True


class Suspend(Asked):
    """Why, for whoever looks later."""

    reason: Annotated[str, Field(max_length=200)] = ""


class Change(Asked):
    """What is given is switched, the rest stays."""

    trailing_slash: bool | None = None
    catch_up: bool | None = None
    repeats_request_ids: bool | None = None


async def _invite(call: AdminCall[Invite]) -> Json:
    asked = call.asked
    invitation = await call.office.partners.invite(
        asked.name,
        _claims(asked.parties),
        expires_in=timedelta(seconds=asked.expires_s),
        quirks=Quirks(trailing_slash=asked.trailing_slash, catch_up=asked.catch_up),
    )
    return {
        "name": invitation.partner.name,
        "versions_url": invitation.versions_url,
        "token": invitation.token,
        "expires_at": invitation.expires_at,
    }


async def _register(call: AdminCall[Register]) -> Json:
    asked = call.asked
    outcome = await call.office.partners.register(
        asked.name,
        versions_url=asked.versions_url,
        token=asked.token.get_secret_value(),
        claims=_claims(asked.parties),
        quirks=Quirks(trailing_slash=asked.trailing_slash, catch_up=asked.catch_up),
    )
    return _outcome(call.office, outcome)


async def _list(call: AdminCall[Nothing]) -> Json:
    last_minute = call.office.traffic.platform_figures()
    return [views.partner(one, last_minute) for one in await call.office.partners.all()]


async def _show(call: AdminCall[Nothing]) -> Json:
    return await _partner(call.office, await call.office.partners.show(call.path["name"]))


async def _suspend(call: AdminCall[Suspend]) -> Json:
    return _outcome(call.office, await call.office.partners.suspend(call.path["name"], call.asked.reason))


async def _resume(call: AdminCall[Nothing]) -> Json:
    return _outcome(call.office, await call.office.partners.resume(call.path["name"]))


async def _rotate(call: AdminCall[Nothing]) -> Json:
    return _outcome(call.office, await call.office.partners.rotate(call.path["name"]))


async def _remove(call: AdminCall[Nothing]) -> Json:
    return _outcome(call.office, await call.office.partners.remove(call.path["name"]))


async def _change(call: AdminCall[Change]) -> Json:
    asked = call.asked
    changed = await call.office.partners.set_quirks(
        call.path["name"],
        trailing_slash=asked.trailing_slash,
        catch_up=asked.catch_up,
        repeats_request_ids=asked.repeats_request_ids,
    )
    return await _partner(call.office, changed)


async def _partner(office: AdminServices, one: PartnerView) -> Json:
    """One partner with what its verdicts and its carried messages say."""
    platform = office.directory().platforms[one.platform_id]
    return views.partner(one, office.traffic.platform_figures()) | {
        "standings": [views.standing(each) for each in platform.standings],
        "learned": dict(platform.learned),
        "faults": [views.fault(each) for each in await office.store.faults.of(one.platform_id)],
        "timeliness": [await _timeliness(office, party) for party in sorted({str(each.party) for each in one.parties})],
    }


async def _timeliness(office: AdminServices, party: str) -> Json:
    """How it keeps its locations up to date here; no figures when none of its locations came lately."""
    return views.timeliness(party, await office.timely.figures(party))


def _outcome(office: AdminServices, done: Outcome) -> Json:
    return views.outcome(done, office.traffic.platform_figures())


def _claims(written: tuple[str, ...]) -> list[PartyRole]:
    return [views.read(PartyRole.parse, one) for one in written]


ROUTES = (
    AdminRoute(method="GET", path="/partners", act=_list, asks=Nothing, summary="Every partner, by name."),
    AdminRoute(
        method="POST",
        path="/partners/invite",
        act=_invite,
        asks=Invite,
        summary="Issue a token A; it is shown this once.",
        http_status=201,
    ),
    AdminRoute(
        method="POST",
        path="/partners/register",
        act=_register,
        asks=Register,
        summary="Start the handshake from this side.",
        http_status=201,
    ),
    AdminRoute(
        method="GET", path="/partners/{name}", act=_show, asks=Nothing, summary="One partner, by name or party."
    ),
    AdminRoute(
        method="PATCH", path="/partners/{name}", act=_change, asks=Change, summary="Switch what a partner needs."
    ),
    AdminRoute(
        method="DELETE", path="/partners/{name}", act=_remove, asks=Nothing, summary="Remove a partner for good."
    ),
    AdminRoute(
        method="POST", path="/partners/{name}/suspend", act=_suspend, asks=Suspend, summary="Refuse and send nothing."
    ),
    AdminRoute(method="POST", path="/partners/{name}/resume", act=_resume, asks=Nothing, summary="End a suspension."),
    AdminRoute(method="POST", path="/partners/{name}/rotate", act=_rotate, asks=Nothing, summary="Renew both tokens."),
)
