"""Remote control of a simulated platform: `/control/…` on its own port, guarded by a key.

`GET /control/state` tells how it is; `POST /control/{action}` with a JSON object does something. Every request carries
`Authorization: Bearer {key}`. Answers are JSON objects; a refusal is `{"error": sentence}`.
"""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from aiohttp import ClientError, web

from hub.simulate.callbacks import Sent
from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from hub.simulate.faults import Fault
from hub.simulate.handshake import HandshakeFailed
from hub.simulate.messages import read_json, write_json
from hub.simulate.mistakes import mistaken
from hub.simulate.platform import Platform
from hub.wire.interface import Interface
from hub.wire.party import Party

Wishes = Mapping[str, Any]
Action = Callable[[Wishes], Awaitable[Mapping[str, Any]]]


class Control:
    """Answers `/control/…` for one platform."""

    def __init__(self, platform: Platform, key: str) -> None:
        self._platform = platform
        self._key = key
        self._actions: dict[str, Action] = {
            "fault": self._fault,
            "invite": self._invite,
            "outgoing-token": self._outgoing_token,
            "received": self._received,
            "register": self._register,
            "rotate": self._rotate,
            "unregister": self._unregister,
        }
        if isinstance(platform, Cpo):
            self._actions |= _cpo_actions(platform) | _mistakes(platform)
        if isinstance(platform, Emsp):
            self._actions |= _emsp_actions(platform)
        platform.control = self.answer

    async def answer(self, request: web.Request) -> web.Response:
        """Do what `request` asks, if it has the key."""
        presented = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(presented.encode(), self._key.encode()):
            return _json(401, {"error": "the control key is missing or wrong"})
        wanted = request.path.removeprefix("/control/")
        if request.method == "GET" and wanted == "state":
            return _json(200, self._platform.state())
        action = self._actions.get(wanted)
        if request.method != "POST" or action is None:
            return _json(404, {"error": f"GET state, or POST one of {', '.join(sorted(self._actions))}"})
        return await _done(action, await request.read())

    async def _fault(self, wishes: Wishes) -> Mapping[str, Any]:
        self._platform.fail(Fault(wishes["fault"]), slow_s=float(wishes.get("slow_s", 5)))
        return {"fault": self._platform.faults.current}

    async def _invite(self, _: Wishes) -> Mapping[str, Any]:
        return {"versions_url": self._platform.versions_url, "token": self._platform.invite()}

    async def _register(self, wishes: Wishes) -> Mapping[str, Any]:
        peer = await self._platform.register(wishes["versions_url"], wishes["token"])
        return {"connected_to": str(peer.party)}

    async def _outgoing_token(self, _: Wishes) -> Mapping[str, Any]:
        """What this platform presents to the other side, so that a person can try a request in its name."""
        return {"outgoing_token": self._platform.registered()[1]}

    async def _received(self, wishes: Wishes) -> Mapping[str, Any]:
        """The requests whose path ends with `path`, in order of arrival."""
        found = [one for one in self._platform.requests if one.path.endswith(wishes["path"])]
        return {"requests": [{"method": one.method, "path": one.path} for one in found]}

    async def _rotate(self, _: Wishes) -> Mapping[str, Any]:
        peer = await self._platform.rotate()
        return {"connected_to": str(peer.party)}

    async def _unregister(self, _: Wishes) -> Mapping[str, Any]:
        answer = await self._platform.unregister()
        return {"http_status": answer.status}


def _cpo_actions(cpo: Cpo) -> dict[str, Action]:
    async def publish(_: Wishes) -> Mapping[str, Any]:
        return {"accepted": await cpo.publish(), "of": len(cpo.locations)}

    async def free_evse(wishes: Wishes) -> Mapping[str, Any]:
        """The first EVSE that is free, beginning with the location that `number` falls on."""
        ids = list(cpo.locations)
        first = wishes["number"] % len(ids) if ids else 0
        for location_id in ids[first:] + ids[:first]:
            for evse in cpo.locations[location_id]["evses"]:
                if evse["status"] == "AVAILABLE":
                    return {"location_id": location_id, "evse_uid": evse["uid"]}
        raise LookupError(f"{cpo.name} has no free EVSE")

    async def status(wishes: Wishes) -> Mapping[str, Any]:
        return {"accepted": await cpo.set_status(wishes["location_id"], wishes["evse_uid"], wishes["status"])}

    async def authorize(wishes: Wishes) -> Mapping[str, Any]:
        answer = await cpo.authorize(wishes["uid"], to=_to(wishes), location_id=wishes.get("location_id"))
        return {"http_status": answer.status, "answer": answer.json}

    async def start_session(wishes: Wishes) -> Mapping[str, Any]:
        session_id = await cpo.plug_in(wishes["uid"], wishes["location_id"], wishes["evse_uid"], to=_to(wishes))
        return {"session_id": session_id}

    async def stop_session(wishes: Wishes) -> Mapping[str, Any]:
        cpo.runs[wishes["session_id"]].stop()
        return {"session_id": wishes["session_id"]}

    return {
        "publish": publish,
        "free-evse": free_evse,
        "status": status,
        "authorize": authorize,
        "start-session": start_session,
        "stop-session": stop_session,
    }


def _mistakes(cpo: Cpo) -> dict[str, Action]:
    async def mistaken_cdr(wishes: Wishes) -> Mapping[str, Any]:
        """Bill a session again with a mistake in it."""
        wrong = mistaken(cpo.cdrs[wishes["session_id"]])
        to = cpo.providers[wishes["session_id"]]
        answer = await cpo.send("POST", "cdrs", Interface.RECEIVER, "", wrong, to=to)
        return {"cdr_id": wrong["id"], "http_status": answer.status, "answer": answer.json}

    return {"mistaken-cdr": mistaken_cdr}


def _emsp_actions(emsp: Emsp) -> dict[str, Action]:
    async def publish(_: Wishes) -> Mapping[str, Any]:
        return {"accepted": await emsp.broadcast_tokens(), "of": len(emsp.tokens)}

    async def objects(wishes: Wishes) -> Mapping[str, Any]:
        """What it was sent of one module, or the object that has `id`."""
        kept: Mapping[str, Iterable[dict[str, Any]]] = {
            "locations": emsp.locations,
            "sessions": emsp.sessions,
            "tariffs": emsp.tariffs,
            "cdrs": emsp.cdrs.values(),
        }
        wanted = wishes.get("id")
        return {"objects": [one for one in kept[wishes["module"]] if wanted in {None, one["id"]}]}

    async def start_session(wishes: Wishes) -> Mapping[str, Any]:
        uid = wishes.get("uid") or next(iter(emsp.tokens))
        return await result_of(
            await emsp.start_session(uid, wishes["location_id"], wishes.get("evse_uid"), to=_to(wishes))
        )

    async def stop_session(wishes: Wishes) -> Mapping[str, Any]:
        return await result_of(await emsp.stop_session(wishes["session_id"], to=_to(wishes)))

    async def result_of(sent: Sent) -> Mapping[str, Any]:
        told: dict[str, Any] = {"http_status": sent.answer.status, "answer": sent.answer.json}
        if (told["answer"].get("data") or {}).get("result") == "ACCEPTED":
            told["result"] = await emsp.callbacks.result(sent.result_id)
        return told

    return {"publish": publish, "objects": objects, "start-session": start_session, "stop-session": stop_session}


async def _done(action: Action, body: bytes) -> web.Response:
    try:
        return _json(200, await action(read_json(body) if body else {}))
    except KeyError as error:
        return _json(400, {"error": f"unknown or missing: {error.args[0]}"})
    except (ValueError, TypeError, LookupError) as error:
        return _json(400, {"error": str(error)})
    except (HandshakeFailed, RuntimeError) as error:
        return _json(409, {"error": str(error)})
    except (ClientError, TimeoutError) as error:
        return _json(502, {"error": f"the other side did not answer: {type(error).__name__}"})


def _to(wishes: Wishes) -> Party | None:
    return Party.parse(wishes["to"]) if wishes.get("to") else None


def _json(status: int, value: Mapping[str, Any]) -> web.Response:
    return web.Response(status=status, body=write_json(dict(value)), content_type="application/json")
