"""REL-18: what goes through the hub is what came: bytes of what is carried, values and number texts of what is kept."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from hypothesis import strategies as st

from hub.clock import new_id
from hub.wire.headers import CORRELATION_ID, REQUEST_ID
from hub.wire.paging import read_link
from hub.wire.party import Party
from tests import words
from tests.faults.applying import OK, ApplyingPartner, applied, exact
from tests.faults.examples import examples_of
from tests.faults.hubs import HUB
from tests.faults.owner import until
from tests.faults.report import Figure, Row
from tests.faults.stage import Stage, World, world
from tests.faults.wire import Said
from tests.whole.broadcasts import instant
from tests.whole.json_texts import members, objects, values

RECEIVER = Party.of("DE", "APP")
_LATER = "2026-01-02T00:00:00Z"
_EXAMPLES = st.tuples(objects, values, members, members)


async def rel_18(stage: Stage) -> Row:
    """Any JSON in directed messages, in their answers, and around the known fields of what is kept and broadcast."""
    examples = examples_of(_EXAMPLES, stage.size(300, 10_000), stage.seed)
    answers: dict[str, bytes] = {}
    requests_differ = answers_differ = 0
    model: dict[str, Any] = {}
    async with (
        world(stage, receivers=0) as played,
        ApplyingPartner(RECEIVER, lambda path: answers.get(path, OK)) as receiver,
    ):
        await played.hub.join(receiver)
        for number, (body, said, added, changed) in enumerate(examples):
            session, location = f"/sessions/NL/CPO/S{number}", f"/locations/NL/CPO/L{number}"
            answers[session] = b'{"status_code": 1000, "data" : ' + said.encode() + b', "x-own":1.0}\n'
            heard = await _send(played, "PUT", session, body.encode(), RECEIVER)
            requests_differ += receiver.bodies.get(session) != body.encode()
            answers_differ += heard.body != answers[session]
            for method, text in (("PUT", _whole(number, added)), ("PATCH", _part(changed))):
                if (await _send(played, method, location, text, HUB)).ocpi_status != 1000:
                    raise RuntimeError(f"{method} {location} was refused: {text!r}")
                model[location] = applied(method, model.get(location, {}), exact(text))
        await until(lambda: all(receiver.objects.get(path) == value for path, value in model.items()), 20)
        kept = {f"/locations/NL/CPO/{one['id']}": one async for one in _listed(played, receiver)}
    return Row(
        "REL-18",
        f"{len(examples):,} examples of JSON in every spelling (unknown fields, numbers of up to 80 digits with exponents, any "
        "Unicode, white space, names twice, deep values): a directed PUT and its answer compared byte for byte; a Location with "
        "unknown fields that is pushed to the hub, and a PATCH of it, compared value by value with the text of each number, as "
        "its receiver has it and as GET All gives it.",
        [
            Figure("examples", len(examples), least=stage.size(300, 10_000)),
            Figure("directed requests that differ", requests_differ, most=0),
            Figure("answers that differ", answers_differ, most=0),
            Figure("objects that differ at their receiver", _differing(model, receiver.objects), most=0),
            Figure("objects that differ in GET All", _differing(model, kept), most=0),
        ],
    )


async def _send(played: World, method: str, path: str, body: bytes, to: Party) -> Said:
    headers = played.owner.partner.headers(to) | {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
    return await played.hub.wire.ask(method, f"/ocpi/2.2.1/receiver{path}", headers, body)


async def _listed(played: World, receiver: ApplyingPartner) -> AsyncIterator[dict[str, Any]]:
    """Every Location that the hub keeps."""
    target = "/ocpi/2.2.1/sender/locations?limit=100"
    while target:
        headers = receiver.headers(HUB) | {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
        said = await played.hub.wire.ask("GET", target, headers)
        for one in exact(said.body)["data"]:
            yield one
        following = urlsplit(read_link(said.link) or "")
        target = f"{following.path}?{following.query}" if following.path else ""


def _whole(number: int, added: list[str]) -> bytes:
    """A Location with more members."""
    known = words.location(country_code="NL", party_id="CPO", id=f"L{number}", last_updated=instant(number))
    return words.body(known)[:-1] + "".join(f", {one}" for one in added).encode() + b"}"


def _part(changed: list[str]) -> bytes:
    """A PATCH of these members."""
    return ("{" + ", ".join([*changed, f'"last_updated": "{_LATER}"']) + "}").encode()


def _differing(model: dict[str, Any], has: dict[str, dict[str, Any]]) -> int:
    return sum(has.get(path) != value for path, value in model.items())
