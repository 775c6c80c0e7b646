"""What the hub answers itself, over real HTTP."""

from datetime import datetime
from typing import Any

import pytest

from hub.partners.desk import custom_modules
from hub.platform import Effect
from hub.simulate.messages import Answer
from hub.simulate.platform import Platform
from hub.wire.interface import ModuleId
from hub.wire.paging import read_link
from hub.wire.party import Party, PartyRole, Role
from hub.wire.types import format_datetime, validate
from modules.hubclientinfo.objects import ClientInfo
from modules.versions.objects import VersionDetails, VersionInfo
from tests.hub.partners.house import CPA, EMA, House, ask

FUNCTIONAL = {"locations", "sessions", "cdrs", "tariffs", "tokens", "commands", "chargingprofiles"}
CPO_NAME, EMSP_NAME = "Charge Point A", "E-Mobility A"


async def test_versions(house: House, cpo: Platform) -> None:
    """H2.01 H2.08: 2.2 and 2.2.1, absolute URLs without a trailing slash that contain the version."""
    answer = await ask(cpo, house.versions_url, await house.invite())

    assert answer.data == [
        {"version": "2.2", "url": f"{house.settings.ocpi_url}/2.2"},
        {"version": "2.2.1", "url": f"{house.settings.ocpi_url}/2.2.1"},
    ]
    assert all(validate(VersionInfo, one) == [] for one in answer.data)


@pytest.mark.parametrize("version", ["2.2", "2.2.1"])
async def test_version_details(house: House, cpo: Platform, version: str) -> None:
    """H2.02 H2.03 H2.04 H2.05 H2.06: each functional module twice, under different URLs; credentials and hubclientinfo once."""
    answer = await ask(cpo, f"{house.settings.ocpi_url}/{version}", await house.invite())

    assert validate(VersionDetails, answer.data) == []
    assert answer.data["version"] == version
    offered = [(one["identifier"], one["role"], one["url"]) for one in answer.data["endpoints"]]
    assert {(module, role) for module, role, _ in offered} == {
        ("credentials", "SENDER"),
        ("hubclientinfo", "SENDER"),
        *((module, role) for module in FUNCTIONAL for role in ("SENDER", "RECEIVER")),
    }
    urls = [url for _, _, url in offered]
    assert len(set(urls)) == len(urls) == 16
    assert all(url.startswith(f"{house.settings.ocpi_url}/{version}/") and len(url) <= 255 for url in urls)
    assert f"{house.settings.ocpi_url}/{version}/sender/locations" in urls


async def test_both_tokens_open_versions_and_details(house: House, cpo: Platform) -> None:
    """H2.09: token A before the registration, the established token after it; nobody else."""
    details = house.url("").rstrip("/")
    token_a = await house.invite()
    before = [(await ask(cpo, url, token_a)).status for url in (house.versions_url, details)]
    await cpo.register(house.versions_url, token_a)
    after = [(await cpo.call("GET", url)).status for url in (house.versions_url, details)]
    stranger = [(await ask(cpo, url, "made-up")).status for url in (house.versions_url, details)]

    assert (before, after, stranger) == ([200, 200], [200, 200], [401, 401])


async def test_slashes_at_the_end_are_taken(house: House, cpo: Platform) -> None:
    """H2.08: published without, accepted with."""
    token_a = await house.invite()

    urls = [house.versions_url, house.url(""), house.url("credentials")]

    assert [(await ask(cpo, f"{url.rstrip('/')}/", token_a)).status for url in urls] == [200, 200, 200]


async def test_a_partner_may_need_slashes_at_the_end(house: House, cpo: Platform) -> None:
    """A per-partner switch: its software joins our URL and an id without a slash."""
    token_a = await house.invite()
    await house.front.partners.set_quirks(CPO_NAME, trailing_slash=True)

    endpoints = (await ask(cpo, house.url("").rstrip("/"), token_a)).data["endpoints"]

    assert all(one["url"].endswith("/") for one in endpoints)


async def test_custom_modules_are_shown_to_who_has_an_agreement(house: House, cpo: Platform, emsp: Platform) -> None:
    """H2.07: a custom module id goes only to parties with an agreement on it, in both roles."""
    await house.join(cpo, CPA, name=CPO_NAME)
    await house.join(emsp, EMA, name=EMSP_NAME)
    await house.front.partners.agree(CPA.party, None, ModuleId("nltnm-parking"), Effect.ALLOW)

    async def custom(partner: Platform) -> list[str]:
        endpoints = (await partner.call("GET", house.url("").rstrip("/"))).data["endpoints"]
        return [one["url"] for one in endpoints if one["identifier"] == "nltnm-parking"]

    assert await custom(cpo) == [house.url("sender/nltnm-parking"), house.url("receiver/nltnm-parking")]
    assert await custom(emsp) == []


async def test_a_denied_custom_module_is_no_agreement(house: House, cpo: Platform) -> None:
    """H2.07: only an ALLOW that names the module counts; a rule for everyone is for everyone."""
    platform = await house.join(cpo, CPA, name=CPO_NAME)
    partners, roster = house.front.partners, house.front.roster

    await partners.agree(CPA.party, None, ModuleId("nltnm-parking"), Effect.DENY)
    await partners.agree(EMA.party, None, ModuleId("nltnm-other"), Effect.ALLOW)
    await partners.agree(None, None, ModuleId("nltnm-all"), Effect.ALLOW)
    await partners.agree(None, None, ModuleId("locations"), Effect.ALLOW)

    assert custom_modules(roster.directory, platform, [ModuleId("locations")]) == ["nltnm-all"]


@pytest.mark.parametrize("path", ["versions", "2.2.1"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_versions_are_for_reading(house: House, cpo: Platform, path: str, method: str) -> None:
    """H2.01 H2.02: GET is the only method."""
    answer = await ask(cpo, f"{house.settings.ocpi_url}/{path}", await house.invite(), method, {})

    assert (answer.status, answer.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize("path", ["2.1.1", "2.3.0", "2.1.1/credentials", "nonsense"])
async def test_other_versions_are_not_here(house: House, cpo: Platform, path: str) -> None:
    """H7.14: an unknown path is 404, for whoever is known."""
    assert (await ask(cpo, f"{house.settings.ocpi_url}/{path}", await house.invite())).status == 404


# --- hubclientinfo -------------------------------------------------------------------------------------------------


async def both_join(house: House, cpo: Platform, emsp: Platform) -> None:
    """Operator and provider are registered."""
    await house.join(cpo, CPA, name=CPO_NAME)
    await house.join(emsp, EMA, name=EMSP_NAME)


async def listed(house: House, partner: Platform, query: str = "") -> Answer:
    """The list of ClientInfo that a partner gets."""
    return await partner.call("GET", house.url("hubclientinfo") + query)


def statuses(answer: Answer) -> dict[str, str]:
    """Status by party."""
    return {f"{one['country_code']}*{one['party_id']}": one["status"] for one in answer.data}


async def test_a_partner_sees_the_others_and_not_itself(house: House, cpo: Platform, emsp: Platform) -> None:
    """H5.01 H5.04 H1.32: valid ClientInfo objects of the other platforms' parties; no routing headers."""
    await both_join(house, cpo, emsp)

    answer = await listed(house, emsp)

    assert statuses(answer) == {"NL*CPA": "CONNECTED"}
    assert validate(ClientInfo, answer.data[0]) == []
    assert answer.data[0]["role"] == "CPO"
    assert not [name for name in answer.headers if name.lower().startswith("ocpi-")]


async def test_every_status_is_in_the_list(house: House, cpo: Platform, emsp: Platform) -> None:
    """H5.10 H5.11: PLANNED, SUSPENDED by the operator, SUSPENDED after removal: the full list is the truth."""
    await both_join(house, cpo, emsp)
    await house.invite(PartyRole(party=Party.of("FR", "NEW"), role=Role.CPO), name="Invited")
    await house.invite(PartyRole(party=Party.of("FR", "OLD"), role=Role.CPO), name="Removed")
    await house.front.partners.remove("Removed")
    await house.front.partners.suspend(CPO_NAME, "unpaid")

    answer = await listed(house, emsp)

    assert statuses(answer) == {"NL*CPA": "SUSPENDED", "FR*NEW": "PLANNED", "FR*OLD": "SUSPENDED"}


async def test_where_a_party_is_live_wins(house: House, cpo: Platform, emsp: Platform) -> None:
    """H5.10: one object for each party and role, also when it moved from a removed partner to another one."""
    await both_join(house, cpo, emsp)
    await house.front.partners.remove(CPO_NAME)
    await house.join(cpo, CPA, name="Charge Point A, new owner")

    assert statuses(await listed(house, emsp)) == {"NL*CPA": "CONNECTED"}
    assert len((await listed(house, emsp)).data) == 1


async def test_agreements_hide_parties(house: House, cpo: Platform, emsp: Platform) -> None:
    """H5.04: who may not exchange messages does not see each other."""
    await both_join(house, cpo, emsp)

    await house.front.partners.agree(CPA.party, EMA.party, None, Effect.DENY)

    assert (await listed(house, emsp)).data == []
    assert (await listed(house, cpo)).data == []


async def test_pages_of_the_list(house: House, cpo: Platform, emsp: Platform) -> None:
    """H7.08 H7.09 H7.10 H7.12: limit and offset, X-Total-Count, X-Limit, a Link until the last page, each object once."""
    await both_join(house, cpo, emsp)
    for number in range(4):
        await house.invite(PartyRole(party=Party.of("FR", f"P0{number}"), role=Role.CPO), name=f"Partner {number}")

    url: str | None = house.url("hubclientinfo") + "?limit=2&date_from=2020-01-01T00:00:00Z"
    seen: list[str] = []
    totals: set[Any] = set()
    while url:
        answer = await emsp.call("GET", url)
        seen += [one["party_id"] for one in answer.data]
        totals.add((answer.headers["X-Total-Count"], answer.headers["X-Limit"]))
        url = read_link(answer.headers.get("Link", ""))
        assert url is None or "date_from=2020-01-01T00:00:00Z" in url

    assert seen == ["CPA", "P00", "P01", "P02", "P03"]
    assert totals == {("5", "2")}


async def test_both_date_filters(house: House, cpo: Platform, emsp: Platform) -> None:
    """H5.10 H7.08 H7.11: date_from is inclusive, date_to exclusive, on last_updated; an empty range is an empty list."""
    await both_join(house, cpo, emsp)
    changed = format_datetime(_changed_at(house))

    assert len((await listed(house, emsp, f"?date_from={changed}")).data) == 1
    assert len((await listed(house, emsp, f"?date_to={changed}")).data) == 0
    assert len((await listed(house, emsp, f"?date_from={changed}&date_to={changed}")).data) == 0


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "offset=-1", "date_from=yesterday"])
async def test_parameters_that_cannot_be_read(house: House, cpo: Platform, query: str) -> None:
    """H7.11: HTTP 200 and 2001."""
    await house.join(cpo, CPA, name=CPO_NAME)

    answer = await listed(house, cpo, f"?{query}")

    assert (answer.status, answer.status_code) == (200, 2001)


async def test_beyond_the_end_is_an_empty_page(house: House, cpo: Platform, emsp: Platform) -> None:
    """H7.11 H7.03: an empty list, the right total, no Link."""
    await both_join(house, cpo, emsp)

    answer = await listed(house, emsp, "?offset=10")

    assert (answer.data, answer.headers["X-Total-Count"]) == ([], "1")
    assert "Link" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_the_list_is_for_reading(house: House, cpo: Platform, method: str) -> None:
    """H5.01: everything but GET is 405."""
    await house.join(cpo, CPA, name=CPO_NAME)

    answer = await cpo.call(method, house.url("hubclientinfo"), {})

    assert (answer.status, answer.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_the_receiver_interface_is_not_here(house: House, cpo: Platform, method: str) -> None:
    """H5.12: the hub takes no ClientInfo from others; there are no links between hubs yet."""
    await house.join(cpo, CPA, name=CPO_NAME)

    assert (await cpo.call(method, house.url("hubclientinfo/NL/CPA"), {})).status == 404


async def test_token_a_does_not_open_hubclientinfo(house: House, cpo: Platform) -> None:
    """H1.07: token A is for versions and credentials."""
    assert (await ask(cpo, house.url("hubclientinfo"), await house.invite())).status == 401


async def test_a_suspended_partner_is_told_so(house: House, cpo: Platform) -> None:
    """An envelope with the reason, not a list."""
    await house.join(cpo, CPA, name=CPO_NAME)
    await house.front.partners.suspend(CPO_NAME, "unpaid")

    answer = await listed(house, cpo)

    assert (answer.status, answer.status_code) == (200, 2000)
    assert "suspended" in answer.json["status_message"]


def _changed_at(house: House) -> datetime:
    (view,) = [view for view in house.front.partners.parties() if view.party == CPA.party]
    return view.status_changed_at
