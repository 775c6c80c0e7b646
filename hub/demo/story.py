"""The story of one charging session, from a driver's card to the CDR. Every step is checked on the receiving side."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hub.demo.book import Book
from hub.demo.cast import TOKEN_COUNT
from hub.demo.checked import agree, show_explained, show_mistake
from hub.demo.options import DemoFailed
from hub.demo.reconcile import check
from hub.demo.remote import Remote
from hub.demo.stage import Stage
from hub.demo.waiting import until
from hub.simulate.drivers import tokens_of


@dataclass(slots=True)
class Scene:
    """Who meets where: an operator, a free EVSE of it, a provider and the uid of one of its drivers."""

    cpo: Remote
    emsp: Remote
    uid: str
    evse: dict[str, str] = field(default_factory=dict)
    session_id: str = ""


async def tell_charging(stage: Stage, book: Book) -> None:
    """Agree on checks, authorize, start remotely, charge, stop, CDR; then a CDR with a mistake in it."""
    cpo, emsp = stage.cpos[0], stage.emsps[0]
    scene = Scene(cpo, emsp, driver(stage, emsp, 0))
    scene.evse = await cpo.do("free-evse", {"number": stage.options.seed})
    who = emsp.player.name
    await book.play("agree", f"{who} has its CDRs checked by the hub", agree(stage, emsp))
    await book.play("authorize", f"{cpo.player.name} asks {who} about a driver's card", _authorize(scene))
    await book.play("start", f"a driver starts a session in the app of {who}", _start(scene))
    await book.play("session", "the car charges", _charge(scene), timeout_s=60)
    await book.play("stop", "the driver stops it in the app", _stop(scene))
    await book.play("cdr", "the CDR goes to the provider", _bill(scene))
    await book.play("checked", "the hub computes its costs again", show_explained(stage, book, cpo, scene.session_id))
    await book.play("mistake", "the operator bills it wrongly", show_mistake(stage, cpo, scene.session_id))


def driver(stage: Stage, emsp: Remote, number: int) -> str:
    """The uid of a driver of `emsp`: the same tokens that its process made from the seed."""
    tokens = tokens_of(emsp.player.party, emsp.player.name, TOKEN_COUNT, seed=stage.options.seed)
    return str(tokens[number % len(tokens)]["uid"])


async def _authorize(scene: Scene) -> str:
    wishes = {"uid": scene.uid, "to": str(scene.emsp.player.party), "location_id": scene.evse["location_id"]}
    answer = (await scene.cpo.do("authorize", wishes))["answer"]
    allowed = (answer.get("data") or {}).get("allowed")
    if allowed != "ALLOWED":
        raise DemoFailed(f"the driver was not allowed to charge: {answer.get('status_message') or allowed}")
    return f"{scene.cpo.player.party} → {scene.emsp.player.party}: ALLOWED"


async def _start(scene: Scene) -> str:
    wishes = {"uid": scene.uid, "to": str(scene.cpo.player.party), **scene.evse}
    _expect_accepted(await scene.emsp.do("start-session", wishes), "START_SESSION")

    async def session() -> dict[str, Any] | None:
        sessions = (await scene.emsp.do("objects", {"module": "sessions"}))["objects"]
        return next((one for one in sessions if one["evse_uid"] == scene.evse["evse_uid"]), None)

    scene.session_id = str((await until(session, "that a session comes"))["id"])
    parties = f"{scene.emsp.player.party} → {scene.cpo.player.party}"
    return f"{parties}: START_SESSION ACCEPTED, session {scene.session_id} at {scene.evse['evse_uid']}"


async def _charge(scene: Scene) -> str:
    async def charged() -> Decimal | None:
        session = await scene.emsp.object("sessions", scene.session_id)
        return Decimal(session["kwh"]) if session and session["kwh"] > 0 else None

    energy_kwh = await until(charged, "that the session reports energy", timeout_s=50)
    return f"{scene.cpo.player.party} → {scene.emsp.player.party}: {energy_kwh} kWh so far"


async def _stop(scene: Scene) -> str:
    wishes = {"session_id": scene.session_id, "to": str(scene.cpo.player.party)}
    _expect_accepted(await scene.emsp.do("stop-session", wishes), "STOP_SESSION")

    async def completed() -> dict[str, Any] | None:
        session = await scene.emsp.object("sessions", scene.session_id)
        return session if session and session["status"] == "COMPLETED" else None

    session = await until(completed, "that the session is COMPLETED")
    return f"STOP_SESSION ACCEPTED, session COMPLETED with {session['kwh']} kWh"


async def _bill(scene: Scene) -> str:
    async def arrived() -> dict[str, Any] | None:
        return await scene.emsp.object("cdrs", scene.session_id)

    cdr = await until(arrived, "that the CDR arrives")
    complaint = check(cdr)
    if complaint:
        raise DemoFailed(f"CDR {cdr['id']} does not reconcile: {complaint}")
    cost = cdr["total_cost"]
    parties = f"{scene.cpo.player.party} → {scene.emsp.player.party}"
    return f"{parties}: {cdr['total_energy']} kWh, {cost['incl_vat']} {cdr['currency']} incl. VAT; reconciles"


def _expect_accepted(told: dict[str, Any], command: str) -> None:
    """The operator's answer and, later, the result of the charge point must both be ACCEPTED."""
    answer, result = told["answer"], told.get("result") or {}
    if result.get("result") != "ACCEPTED":
        said = result.get("result") or (answer.get("data") or {}).get("result") or answer.get("status_message")
        raise DemoFailed(f"{command} was not accepted: {said}")
