"""CDRs through the hub: observed and flagged behind the reply, held before it, each as its parties agreed."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from hub.config import Settings
from hub.simulate.messages import Answer, refused
from hub.wire.interface import Version
from tests import words
from tests.hub.money.checking.cases import TARIFF, cdr
from tests.hub.money.sessions import Json, amount, component, element, tariff
from tests.operating import Operator
from tests.running import RunningHub, running_hub
from tests.whole.platforms import R, Scripted, joined, until

pytestmark = pytest.mark.usefixtures("no_policy_left")
WRONG = cdr(total_cost=amount("6.00", "9.99"))
EXPLAINED = cdr(total_cost=amount("6.50", "7.87"), total_fixed_cost=amount("1.00", "1.21"))


async def policy(admin: Operator, party: str, direction: str, mode: str, **more: Any) -> None:
    """What `hubctl cdrs policy set` asks for."""
    body = {"party": party, "direction": direction, "mode": mode} | more
    said = await admin.ask("PUT", "/cdrs/policies", body)
    assert said.status == 200, said.json


async def post(cpo: Scripted, written: Json) -> Answer:
    """The operator sends it to the provider."""
    return await cpo.ask("POST", "cdrs", R, "", words.body(written), to=words.EMSP)


async def verdict(admin: Operator, cdr_id: str) -> Json:
    """Once the hub has written it down."""
    found: list[Json] = []

    async def written() -> bool:
        said = await admin.ask("GET", f"/cdrs/NL-CPA/{cdr_id}")
        found[:] = [said.json] if said.status == 200 else []
        return bool(found)

    await until(written)
    return found[0]


async def test_nobody_asked_for_it(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """Without a wish a wrong CDR is carried, and nothing is kept of it."""
    answer = await post(cpo, WRONG | {"id": "NOBODY"})

    assert answer.status_code == 1000
    assert len(emsp.got("cdrs")) == 1
    assert (await admin.ask("GET", "/cdrs/NL-CPA/NOBODY")).status == 404


@pytest.mark.parametrize(("party", "direction"), [("NL*CPA", "sent"), ("DE*EMA", "received")])
async def test_flagged(admin: Operator, cpo: Scripted, emsp: Scripted, party: str, direction: str) -> None:
    """It is carried unchanged; verdict, figures and explanation are there for whoever asks."""
    await policy(admin, party, direction, "flag")

    answer = await post(cpo, WRONG | {"id": f"FLAG-{direction}"})

    assert answer.status_code == 1000
    assert emsp.got("cdrs")[-1].body == words.body(WRONG | {"id": f"FLAG-{direction}"})
    found = await verdict(admin, f"FLAG-{direction}")
    assert (found["verdict"], found["flagged"], found["held"], found["mode"]) == ("MISMATCH", True, False, "flag")
    assert (found["stated"], found["computed"], found["currency"]) == ("6.00", "6.00", "EUR")
    assert {one["figure"]: one["computed"] for one in found["report"]["figures"]}["/total_cost/incl_vat"] == "7.26"
    assert found["report"]["explanation"]["total"] == {"excl": "6.00", "incl": "7.26"}
    assert "C-COST E" in found["rules"]


async def test_observed(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """The cause is named, and nobody is told to look."""
    await policy(admin, "NL*CPA", "sent", "observe")

    await post(cpo, EXPLAINED | {"id": "OBSERVED"})

    found = await verdict(admin, "OBSERVED")
    assert (found["verdict"], found["cause"], found["flagged"]) == ("EXPLAINED", "flat_each_period", False)
    assert found["cause_text"] == "charges FLAT in each period"


async def test_a_cdr_that_its_receiver_refuses_is_not_counted(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """Only what was taken is checked behind the reply."""
    await policy(admin, "NL*CPA", "sent", "observe")
    emsp.on("POST", "cdrs", R, refused(2001, "no"))
    assert (await post(cpo, WRONG | {"id": "REFUSED"})).status_code == 2001
    emsp.forget()
    await post(cpo, WRONG | {"id": "TAKEN"})

    await verdict(admin, "TAKEN")
    assert (await admin.ask("GET", "/cdrs/NL-CPA/REFUSED")).status == 404


async def test_held(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """A MISMATCH is answered with 2001 and the reason, and goes nowhere; right and explained ones are carried."""
    await policy(admin, "DE*EMA", "received", "hold")

    answer = await post(cpo, WRONG | {"id": "HELD"})

    assert (answer.status, answer.status_code) == (200, 2001)
    assert "C-COST /total_cost/incl_vat is 9.99; the tariff gives 7.26" in answer.body.decode()
    assert emsp.got("cdrs") == []
    found = await verdict(admin, "HELD")
    assert (found["held"], found["flagged"]) == (True, True)
    for written in (cdr(id="GOES"), EXPLAINED | {"id": "GOES-TOO", "session_id": "S2"}):
        assert (await post(cpo, written)).status_code == 1000
    assert len(emsp.got("cdrs")) == 2


async def test_held_for_any_error(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """Where that was agreed: costs that are right, and a total of energy that is not."""
    written = cdr(id="ENERGY", total_energy=words.number("11"))
    await policy(admin, "DE*EMA", "received", "hold")
    assert (await post(cpo, written)).status_code == 1000

    await policy(admin, "DE*EMA", "received", "hold", hold_on="error")
    answer = await post(cpo, written | {"id": "ENERGY2"})

    assert answer.status_code == 2001
    assert "C-SUM-ENERGY" in answer.body.decode()


async def test_the_stricter_wish_counts(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """One side observes, the other holds: it is held. Limits are the tighter ones of both."""
    await policy(admin, "NL*CPA", "sent", "observe", max_energy_kwh="9")
    await policy(admin, "DE*EMA", "received", "hold")

    assert (await post(cpo, WRONG | {"id": "STRICT"})).status_code == 2001
    await post(cpo, cdr(id="LIMIT"))

    assert "C-MAX W" in (await verdict(admin, "LIMIT"))["rules"]


async def test_a_duplicate_is_found_among_what_passed(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """The same session under another id; the same id with other content."""
    await policy(admin, "NL*CPA", "sent", "flag")
    for written in (cdr(id="FIRST", session_id="TWICE"), cdr(id="SECOND", session_id="TWICE")):
        await post(cpo, written)
        last = await verdict(admin, written["id"])

    assert "L-DUP E" in last["rules"]
    assert last["flagged"]
    assert any("FIRST" in str(one.get("detail")) for one in last["report"]["findings"] if one["rule"] == "L-DUP")


async def test_cdrs_of_one_invoice_fit_together(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """The second CDR that names an invoice is in another currency: it is flagged, with the one that it does not fit to."""
    await policy(admin, "NL*CPA", "sent", "flag")
    for name, currency in (("INV-A", "EUR"), ("INV-B", "SEK"), ("INV-C", "EUR")):
        await post(cpo, cdr(id=name, session_id=name, currency=currency, invoice_reference_id="2024/03"))
        await verdict(admin, name)

    first, wrong, right = [await verdict(admin, f"INV-{letter}") for letter in "ABC"]
    found = [one for one in wrong["report"]["findings"] if one["rule"] == "L-INVOICE"]
    assert [(one["severity"], one["detail"]["other"]) for one in found] == [("E", "INV-A")]
    assert not any("L-INVOICE E" in one["rules"] for one in (first, right))


async def test_the_published_tariff_is_the_one_that_was_pushed(
    admin: Operator, hub: RunningHub, cpo: Scripted, emsp: Scripted
) -> None:
    """The CDR carries a dearer tariff than everybody was told: the drift is found, and nobody is fooled by a right sum."""
    cheap = tariff(element(component("ENERGY", "0.30", vat=21)), last_updated="2024-01-01T00:00:00Z", id="T-PUSHED")
    await cpo.ask("PUT", "tariffs", R, "/NL/CPA/T-PUSHED", words.body(cheap), to=words.HUB)
    await policy(admin, "DE*EMA", "received", "flag")

    await post(cpo, cdr(id="DRIFT", tariffs=[TARIFF | {"id": "T-PUSHED"}]))

    found = await verdict(admin, "DRIFT")
    drift = next(one for one in found["report"]["findings"] if one["rule"] == "C-TARIFF-DRIFT")
    assert "T-PUSHED is not the tariff that was published" in drift["message"]


async def test_the_tariff_of_the_day_counts(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """It was changed after the session began: the CDR is compared with the one of its day, and there is no drift."""
    day = TARIFF | {"id": "T-DAY", "last_updated": "2024-01-01T00:00:00Z"}
    dearer = tariff(element(component("ENERGY", "0.90", vat=21)), last_updated="2024-06-01T00:00:00Z", id="T-DAY")
    for state in (day, dearer):
        await cpo.ask("PUT", "tariffs", R, "/NL/CPA/T-DAY", words.body(state), to=words.HUB)
    await policy(admin, "DE*EMA", "received", "flag")

    await post(cpo, cdr(id="DAY", tariffs=[day]))

    assert not any(rule.startswith("C-TARIFF") for rule in (await verdict(admin, "DAY"))["rules"])


async def test_the_location_gives_the_time_zone(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """The hub has the Location: the tariff's clock is the one on its wall, and no zone is guessed."""
    place = words.location(id="LOC-ZONE", time_zone="Europe/London", last_updated="2024-01-01T00:00:00Z")
    await cpo.ask("PUT", "locations", R, "/NL/CPA/LOC-ZONE", words.body(place), to=words.HUB)
    by_clock = tariff(
        element(component("ENERGY", "0.20", vat=21), start_time="10:00"), element(component("ENERGY", "0.40", vat=21))
    )
    written = cdr(id="ZONE", tariffs=[by_clock], total_cost=amount("4.00", "4.84"))
    for name in ("total_fixed_cost", "total_energy_cost", "total_parking_cost"):
        del written[name]
    written["cdr_location"] = written["cdr_location"] | {"id": "LOC-ZONE"}
    await policy(admin, "NL*CPA", "sent", "observe")

    await post(cpo, written)

    found = await verdict(admin, "ZONE")
    assert found["verdict"] == "EXACT"
    assert not any(rule.startswith("C-TZ") for rule in found["rules"])


async def test_a_cdr_of_2_2_is_checked_too(admin: Operator, hub: RunningHub, emsp: Scripted) -> None:
    """Its token names no owner."""
    async with joined(hub, "NL/CPO/CPO", version=Version.V2_2) as old:
        await policy(admin, "NL*CPO", "sent", "observe")
        written = cdr(id="OLD", party_id="CPO", tariffs=[TARIFF | {"party_id": "CPO"}])
        written["cdr_token"] = {name: written["cdr_token"][name] for name in ("uid", "type", "contract_id")}
        answer = await old.ask("POST", "cdrs", R, "", words.body(written), to=words.EMSP)

        assert answer.status_code == 1000

        async def checked() -> bool:
            return (await admin.ask("GET", "/cdrs/NL-CPO/OLD")).status == 200

        await until(checked)
        said = (await admin.ask("GET", "/cdrs/NL-CPO/OLD")).json
        assert said["verdict"] == "EXACT"


async def test_many_at_once_are_all_answered(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """Checks behind the reply delay nobody: each is answered, each has a verdict in the end."""
    await policy(admin, "NL*CPA", "sent", "observe")
    written = [cdr(id=f"MANY{at}", session_id=f"M{at}") for at in range(30)]

    answers = await asyncio.gather(*(post(cpo, one) for one in written))

    assert {answer.status_code for answer in answers} == {1000}
    for one in written:
        await verdict(admin, one["id"])
    said = await admin.ask("GET", "/cdrs/counts")
    assert (said.json["skipped"], said.json["skipped_answers"]) == (0, 0)
    assert {"sender": "NL*CPA", "verdict": "EXACT"}.items() <= max(
        said.json["counts"], key=lambda row: row["cdrs"]
    ).items()


async def test_the_figures(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """What was checked and what was held, for whoever watches."""
    await policy(admin, "DE*EMA", "received", "hold")
    await post(cpo, WRONG | {"id": "FIGURE"})
    await verdict(admin, "FIGURE")
    url, headers = f"{admin.url}/admin/v1/metrics", {"Authorization": f"Bearer {admin.token}"}

    async with admin.http.get(url, headers=headers) as answer:
        said = await answer.text()

    assert 'ocpi_hub_cdrs_checked_total{verdict="MISMATCH",outcome="held"} ' in said
    assert "ocpi_hub_cdrs_unchecked_total 0" in said
    assert "ocpi_hub_cdr_answers_unchecked_total 0" in said


async def test_hostile_cdrs_are_carried(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """What cannot be read is no reason to hold: it has a verdict, and goes on as it is."""
    await policy(admin, "DE*EMA", "received", "hold")
    odd: Json = {"country_code": "NL", "party_id": "CPA", "id": "ODD", "tariffs": "x", "charging_periods": [1]}

    answer = await post(cpo, odd)

    assert answer.status_code == 1000
    assert (await verdict(admin, "ODD"))["verdict"] == "UNVERIFIABLE"


INJECTED: Mapping[str, tuple[Json, str]] = {
    "another provider's contract": ({"cdr_token": words.cdr_token(party_id="EMB")}, "C-TOKEN"),
    "a negative cost that credits nothing": ({"total_cost": amount("-6.00", "-7.26")}, "C-NEG"),
    "of the future": (
        {"start_date_time": "2150-03-01T09:00:00Z", "end_date_time": "2150-03-01T10:30:00Z"},
        "C-FUTURE",
    ),
    "more money than the tariff gives": ({"total_cost": amount("9999.00", "12098.79")}, "C-COST"),
    "more energy than its periods": ({"total_energy": words.number("9999")}, "C-SUM-ENERGY"),
    "an end before the start": ({"end_date_time": "2024-03-01T08:00:00Z"}, "C-TIME-ORDER"),
    "a credit of nothing": ({"credit": True}, "L-CREDIT-REF"),
}
"""Each with the rule that must stop it where errors are held."""


@pytest.mark.parametrize("kind", INJECTED)
async def test_an_injected_cdr_is_held(admin: Operator, cpo: Scripted, emsp: Scripted, kind: str) -> None:
    """SEC-13: where errors are held it is 2001, its receiver never sees it, and the operator of the hub finds it flagged."""
    changes, rule = INJECTED[kind]
    await policy(admin, "DE*EMA", "received", "hold", hold_on="error")
    identifier = f"INJECTED-{list(INJECTED).index(kind)}"

    answer = await post(cpo, cdr(id=identifier, session_id=identifier, **changes))

    assert (answer.status, answer.status_code) == (200, 2001)
    assert answer.json["status_message"].startswith("this CDR is held: ")
    assert emsp.got("cdrs") == []
    found = await verdict(admin, identifier)
    assert (found["held"], found["flagged"]) == (True, True)
    assert f"{rule} E" in found["rules"]


async def test_an_old_cdr_is_told(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """SEC-13: ten years old, where an age was agreed: carried, for its receiver may know why, and named."""
    await policy(admin, "DE*EMA", "received", "flag", max_age_days=365)

    answer = await post(cpo, cdr(id="AGED"))

    assert answer.status_code == 1000
    assert "C-AGE W" in (await verdict(admin, "AGED"))["rules"]


async def test_who_is_not_known_is_left_to_the_receiver(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """SEC-13: an unknown Session or token proves nothing to a hub, which keeps no Sessions and is not told of every token:
    such a CDR is carried, and refused by who knows; what the receiver refuses is not billed."""
    await policy(admin, "DE*EMA", "received", "hold", hold_on="error")
    emsp.on("POST", "cdrs", R, refused(2004, "no such token"))

    answer = await post(cpo, cdr(id="UNKNOWN", session_id="NEVER", cdr_token=words.cdr_token(uid="NEVER")))

    assert answer.status_code == 2004
    assert len(emsp.got("cdrs")) == 1
    assert (await admin.ask("GET", "/cdrs/NL-CPA/UNKNOWN")).status == 404


async def test_the_same_id_with_another_body(admin: Operator, cpo: Scripted, emsp: Scripted) -> None:
    """SEC-13: the second is flagged and names the first, which stays as it was cleared."""
    for party in ("NL*CPA", "DE*EMA"):
        assert (await admin.ask("PUT", "/clearing/parties", {"party": party, "cleared": True})).status == 200
    await policy(admin, "DE*EMA", "received", "flag")
    first = cdr(id="SAME-ID", session_id="SAME-ID")
    await post(cpo, first)
    await verdict(admin, "SAME-ID")
    kept = (await admin.ask("GET", "/clearing/cdrs/NL-CPA/SAME-ID")).json

    await post(cpo, first | {"total_cost": amount("600.00", "726.00")})

    async def told() -> bool:
        said = await admin.ask("GET", "/cdrs/NL-CPA/SAME-ID")
        return "L-DUP E" in said.json["rules"] and bool(said.json["flagged"])

    await until(told)
    after = (await admin.ask("GET", "/clearing/cdrs/NL-CPA/SAME-ID")).json
    for party in ("NL*CPA", "DE*EMA"):
        await admin.ask("PUT", "/clearing/parties", {"party": party, "cleared": False})
    assert kept["incl_vat"] == "7.26"
    assert after == kept


async def test_a_flood_of_cdrs(settings: Settings, mongodb_url: str) -> None:
    """SEC-13: more than a platform may send are 429 with Retry-After, and reach nobody."""
    async with (
        running_hub(settings, mongodb_url, requests_per_platform_per_s=2.0) as limited,
        joined(limited, "NL/CPA/CPO") as sender,
        joined(limited, "DE/EMA/EMSP") as receiver,
    ):
        answers = [await post(sender, cdr(id=f"FLOOD{at}", session_id=f"F{at}")) for at in range(30)]
        reached = len(receiver.got("cdrs"))

    refusals = [answer for answer in answers if answer.status == 429]
    assert len(refusals) >= 10
    assert all(answer.headers["Retry-After"] for answer in refusals)
    assert reached == len(answers) - len(refusals)
