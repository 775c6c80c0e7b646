"""A simulated OCPI platform: a table of modules that it serves, and calls to the modules of the other side."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypedDict, Unpack
from urllib.parse import quote

from aiohttp import ClientError

from hub.clock import Tasks
from hub.simulate.connection import Connection
from hub.simulate.messages import Answer, Received, Reply, ok, refused
from hub.simulate.paging import following
from hub.simulate.validation import broken, refusal
from hub.wire.interface import Interface, Version
from hub.wire.party import Party, PartyRole, Role

Handler = Callable[[Received, tuple[str, ...]], Awaitable[Reply]]
"""Answers a request to one endpoint; the second argument is the decoded path segments after the endpoint URL."""


class ServerOptions(TypedDict, total=False):
    """What every simulated platform can be told: OCPI version, page size of its lists, and where it listens."""

    version: Version
    page_size: int
    host: str
    port: int
    public_url: str | None


class Platform(Connection):
    """One OCPI platform that hosts `roles` and speaks one version (2.2.1 unless told otherwise).

    It registers itself with `register`, or is registered with by the other side, to whom `invite` gives a token A.
    Afterwards `send` reaches the other side. `problems` holds what `tell` could not get accepted.
    """

    def __init__(self, name: str, roles: Sequence[PartyRole], **options: Unpack[ServerOptions]) -> None:
        super().__init__(
            name,
            roles,
            options.get("version", Version.V2_2_1),
            host=options.get("host", "127.0.0.1"),
            port=options.get("port", 0),
            public_url=options.get("public_url"),
        )
        self.page_size = options.get("page_size", 100)
        self.problems: deque[str] = deque(maxlen=100)
        self.client_infos: dict[PartyRole, dict[str, Any]] = {}
        self.tasks = Tasks()
        self._handlers: dict[tuple[str, Interface], Handler] = {}
        self.serve_valid("hubclientinfo", Interface.RECEIVER, self._answer_client_info)

    def serve(self, module: str, interface: Interface, handler: Handler) -> None:
        """Offer an endpoint in the version details; `handler` gets whatever comes."""
        self._handlers[module, interface] = handler

    def serve_valid(self, module: str, interface: Interface, handler: Handler) -> None:
        """Offer an endpoint whose `handler` gets what is valid by the specification's tables; the rest is refused."""

        async def checked(received: Received, rest: tuple[str, ...]) -> Reply:
            wrong = refusal(received, module, interface, rest, version=self.version, party=self.party)
            return wrong or await handler(received, rest)

        self.serve(module, interface, checked)

    def endpoints(self) -> list[tuple[str, Interface]]:
        """Module and interface of each endpoint besides credentials."""
        return list(self._handlers)

    async def stop(self) -> None:
        """Close the port and end what this platform does in the background."""
        await self.tasks.close()
        await super().stop()

    def state(self) -> dict[str, Any]:
        """What a person would ask this platform: who it is, whether it is connected, how it fares."""
        return {
            "name": self.name,
            "parties": [str(known) for known in self.roles],
            "version": self.version,
            "versions_url": self.versions_url,
            "connected_to": str(self.peer.party) if self.peer else None,
            "fault": self.faults.current,
            "requests": len(self.requests),
            "parties_heard_of": {str(known): info["status"] for known, info in self.client_infos.items()},
            "problems": list(self.problems),
        }

    async def send(
        self, method: str, module: str, interface: Interface, path: str = "", body: Any = None, *, to: Party | None
    ) -> Answer:
        """Call an endpoint of the other side with FROM = this party; `path` begins with `/` or `?`, percent-encoded.

        `to` None leaves the TO headers out (Open Routing).
        """
        peer, _ = self.registered()
        return await self.call(method, peer.endpoint(module, interface) + path, body, to=to, from_=self.party)

    async def tell(
        self, method: str, module: str, interface: Interface, path: str = "", body: Any = None, *, to: Party | None
    ) -> Answer | None:
        """Do as `send`; what is not a success is kept in `problems` as a sentence, and None is returned."""
        try:
            answer = await self.send(method, module, interface, path, body, to=to)
            if answer.status < 300 and answer.status_code == 1000:
                return answer
            problem = f"HTTP {answer.status}, OCPI {answer.status_code}: {answer.json.get('status_message', '')}"
        except (ClientError, TimeoutError, ValueError, LookupError, RuntimeError) as error:
            problem = f"{type(error).__name__}: {error}"
        self.problems.append(f"{method} {module}{path}: {problem}")
        return None

    async def push_all(self, module: str, objects: Iterable[Mapping[str, Any]], *, concurrency: int = 8) -> int:
        """PUT each object to the RECEIVER endpoint with TO = the hub (Broadcast Push); return how many were accepted."""
        peer, _ = self.registered()
        waiting = iter(tuple(objects))

        async def push_some() -> int:
            accepted = 0
            for item in waiting:
                path = owned_path(item)
                told = await self.tell("PUT", module, Interface.RECEIVER, path, dict(item), to=peer.party)
                accepted += told is not None
            return accepted

        async with asyncio.TaskGroup() as workers:
            pushing = [workers.create_task(push_some()) for _ in range(concurrency)]
        return sum(task.result() for task in pushing)

    async def pull(self, module: str, *, to: Party, query: str = "") -> AsyncIterator[Any]:
        """Yield every object of a SENDER list, page after page; TO = the hub asks for everyone's (GET All)."""
        peer, _ = self.registered()
        url: str | None = peer.endpoint(module, Interface.SENDER) + (f"?{query}" if query else "")
        while url is not None:
            answer = await self.call("GET", url, to=to, from_=self.party)
            for item in answer.data or []:
                yield item
            url = following(answer)

    async def handle(self, received: Received) -> Reply:
        """Answer the modules that are served, and what every connection has."""
        if (no_json := broken(received)) is not None:
            return no_json
        match received.segments:
            case ("ocpi", version, "sender" | "receiver" as side, module, *rest) if version == self.version:
                handler = self._handlers.get((module, Interface(side.upper())))
                if handler is not None and not self._hosts(received.to):
                    return refused(2001, f"{received.to} is not on this platform")
                if handler is not None:
                    return await handler(received, tuple(rest))
        return await super().handle(received)

    def _hosts(self, receiver: Party | None) -> bool:
        """Whether a message to `receiver` may be taken here; a hub takes it for everyone."""
        parties = {known.party for known in self.roles}
        return receiver is None or receiver in parties or any(known.role is Role.HUB for known in self.roles)

    async def _answer_client_info(self, received: Received, rest: tuple[str, ...]) -> Reply:
        """Keep what the hub says about other parties. Source: OCPI 2.2.1, mod_hub_client_info, RECEIVER."""
        if len(rest) != 2 or received.method not in {"GET", "PUT"}:
            return refused(2000, "GET or PUT {country_code}/{party_id}", status=405)
        try:
            party = Party.of(*rest)
        except ValueError as error:
            return refused(2001, str(error))
        if received.method == "GET":
            infos = [info for known, info in self.client_infos.items() if known.party == party]
            return ok(infos[-1]) if infos else refused(2000, "nothing is known of this party", status=404)
        info = received.json
        about = PartyRole(party=party, role=Role(info["role"]))
        self.client_infos.pop(about, None)
        self.client_infos[about] = info
        return ok()


def owned_path(item: Mapping[str, Any]) -> str:
    """The path of a Client Owned Object after the endpoint URL; a Token's `type` goes into the query."""
    owner = f"/{item['country_code']}/{item['party_id']}"
    if "uid" in item:
        return f"{owner}/{quote(item['uid'], safe='')}?type={item['type']}"
    return f"{owner}/{quote(item['id'], safe='')}"
