"""How every demonstration begins: hub and partners start, register over the OCPI handshake, and publish what they have."""

import asyncio
from collections.abc import Sequence
from typing import Any

from hub.demo.book import Book
from hub.demo.cast import Company, companies
from hub.demo.options import DemoFailed
from hub.demo.remote import Remote
from hub.demo.stage import Stage
from hub.demo.waiting import until

_HANDSHAKES_AT_ONCE = 4
_LOOK_EVERY_S = 0.2
_PUBLISH_TIMEOUT_S = 300.0


async def open_stage(stage: Stage, book: Book) -> None:
    """Play the opening; raises DemoFailed at the first step that fails."""
    cast = companies(stage.options)
    await book.play("hub", "hubctl serve and its private MongoDB start", _start_hub(stage, book, cast), timeout_s=90)
    await book.play("handshake", "operators and providers register", _register(stage, book))
    await book.play("tokens", "providers publish their drivers' tokens", _publish_tokens(stage, book))
    stations = _publish_stations(stage, book)
    await book.play("stations", "operators publish their charging stations", stations, timeout_s=_PUBLISH_TIMEOUT_S)


async def _start_hub(stage: Stage, book: Book, cast: Sequence[Company]) -> str:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(stage.start_hub())
        tasks.create_task(stage.start_partners(cast))
    if stage.port != stage.options.port:
        book.screen.say(f"! port {stage.options.port} is taken: the hub is at {stage.port}")
    status = await stage.ask("GET", "status")
    version = status["mongodb"]["version"] if status["mongodb"] else "?"
    return f"{status['hub']['versions_url']}   private MongoDB {version}   {len(cast)} partner processes"


async def _register(stage: Stage, book: Book) -> str:
    """Each partner is invited through the admin API and registers itself with the token A of its invitation."""
    limit = asyncio.Semaphore(_HANDSHAKES_AT_ONCE)
    done = 0

    async def register(partner: Remote) -> None:
        nonlocal done
        async with limit:
            body = {"name": partner.player.name, "parties": [partner.player.claim]}
            invitation = await stage.ask("POST", "partners", "invite", body=body)
            wishes = {"versions_url": invitation["versions_url"], "token": invitation["token"]}
            await partner.do("register", wishes)
        done += 1
        book.screen.count(done, len(stage.partners))

    async with asyncio.TaskGroup() as tasks:
        for partner in stage.partners.values():
            tasks.create_task(register(partner))
    parties = await stage.ask("GET", "parties")
    connected = [one for one in parties if one["status"] == "CONNECTED"]
    if len(connected) != len(stage.partners):
        raise DemoFailed(f"only {len(connected)} of {len(stage.partners)} parties are CONNECTED after the handshakes")
    return f"{done} of {done}: {_listed(stage.cpos)} (CPO), {_listed(stage.emsps)} (eMSP)"


async def _publish_tokens(stage: Stage, book: Book) -> str:
    published = await _publish(stage.emsps)
    await _arrived(stage.cpos, "tokens", published, book)
    return f"{published} drivers' tokens arrived at each of {len(stage.cpos)} operators"


async def _publish_stations(stage: Stage, book: Book) -> str:
    """Operators broadcast; what the hub took and what each provider has are counted on their own sides."""
    states = [await cpo.state() for cpo in stage.cpos]
    total = sum(state["locations"] for state in states)
    async with asyncio.TaskGroup() as tasks:
        publishing = tasks.create_task(_publish(stage.cpos))
        await _arrived(stage.emsps, "locations", total, book)
    if publishing.result() != total:
        raise DemoFailed(f"the hub accepted {publishing.result()} of {total} stations")
    return f"{total:,} of {total:,} arrived at each of {len(stage.emsps)} eMSPs"


async def _publish(partners: Sequence[Remote]) -> int:
    """Have all publish at once; returns how many objects the hub accepted. Raises DemoFailed when it refused one."""
    async with asyncio.TaskGroup() as tasks:
        publishing = [tasks.create_task(partner.do("publish")) for partner in partners]
    for partner, task in zip(partners, publishing, strict=True):
        done = task.result()
        if done["accepted"] != done["of"]:
            problems = (await partner.state())["problems"]
            raise DemoFailed(
                f"the hub accepted {done['accepted']} of {done['of']} from {partner.player.name}: {problems[-1:]}"
            )
    return sum(task.result()["accepted"] for task in publishing)


async def _arrived(receivers: Sequence[Remote], what: str, total: int, book: Book) -> None:
    """Wait until each receiver has `total` of them."""

    async def all_there() -> bool | None:
        states: list[dict[str, Any]] = [await receiver.state() for receiver in receivers]
        least = min((int(state[what]) for state in states), default=total)
        book.screen.count(least, total)
        await asyncio.sleep(_LOOK_EVERY_S if least < total else 0)
        return True if least == total else None

    names = ", ".join(receiver.player.name for receiver in receivers)
    await until(all_there, f"that {total} {what} arrive at {names}", timeout_s=_PUBLISH_TIMEOUT_S)


def _listed(partners: Sequence[Remote], most: int = 3) -> str:
    shown = ", ".join(f"{one.player.party} {one.player.name}" for one in partners[:most])
    return shown + (f" and {len(partners) - most} more" if len(partners) > most else "")
