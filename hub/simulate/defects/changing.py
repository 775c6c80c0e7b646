"""Which requests a defect is about, and how it changes one of them or its answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from hub.clock import now_utc
from hub.simulate.cpo import Cpo
from hub.simulate.defects import Answer, Defect
from hub.simulate.emsp import Emsp
from hub.simulate.messages import Received, Reply, ok, read_json, write_json
from hub.simulate.mirror import Mirror
from hub.simulate.partner import Partner
from hub.wire.interface import Interface
from hub.wire.party import Party
from hub.wire.types import format_datetime

Object = dict[str, Any]
_UNKNOWN = {2000, 2003, 2004}
"""How simulated partners refuse what would need an object that they do not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request to the endpoint that a defect is about; `rest` are the segments after the endpoint URL."""

    partner: Partner
    received: Received
    rest: tuple[str, ...]
    answer: Answer

    async def answered(self) -> Reply:
        """What the partner would do without the defect."""
        return await self.answer(self.received)

    async def with_body(self, **changes: Any) -> Reply:
        """The same for a body with these members."""
        return await self.with_whole_body({**self.body, **changes})

    async def with_whole_body(self, body: Object) -> Reply:
        """The same for another body."""
        return await self.answer(replace(self.received, body=write_json(body)))

    async def at(self, *rest: str, **query: str) -> Reply:
        """The same for another address under the endpoint; the query is replaced."""
        kept = self.received.segments[: len(self.received.segments) - len(self.rest)]
        path = "/" + "/".join(quote(part, safe="") for part in (*kept, *rest))
        target = path + (f"?{urlencode(query)}" if query else "")
        return await self.answer(replace(self.received, path=path, target=target, query=query))

    @property
    def body(self) -> Object:
        """The parsed body."""
        parsed: Object = self.received.json
        return parsed

    @property
    def owner(self) -> Party:
        """The party in the address of a Client Owned Object."""
        return Party.of(self.rest[0], self.rest[1])

    @property
    def cpo(self) -> Cpo:
        """The partner as the operator that it is."""
        if not isinstance(self.partner, Cpo):
            raise TypeError("this defect is one of an operator")
        return self.partner

    @property
    def emsp(self) -> Emsp:
        """The partner as the provider that it is."""
        if not isinstance(self.partner, Emsp):
            raise TypeError("this defect is one of a provider")
        return self.partner

    def kept(self, objects: Mirror) -> Object | None:
        """What `objects` have at the address, whatever part of it the address names."""
        return objects.get(self.owner, self.rest[2], self.received.query.get("type", "RFID"))


Act = Callable[[Asked], Awaitable[Reply]]


def on(method: str, module: str, interface: Interface, act: Act) -> Defect:
    """A defect of the answers to such requests alone."""

    async def answering(partner: Partner, received: Received, answer: Answer) -> Reply:
        match received.segments:
            case ("ocpi", _, side, asked, *rest) if (side.upper(), asked) == (interface, module):
                if received.method == method:
                    return await act(Asked(partner=partner, received=received, rest=tuple(rest), answer=answer))
        return await answer(received)

    return Defect(answering=answering)


def spoiled(method: str, module: str, interface: Interface, spoil: Callable[[Asked], None]) -> Defect:
    """A defect of the partner's own data: `spoil` changes them before such requests are answered, the same each time."""

    async def act(asked: Asked) -> Reply:
        spoil(asked)
        return await asked.answered()

    return on(method, module, interface, act)


def data_of(reply: Reply) -> Any:
    """`data` of an answer, None when it has none."""
    return read_json(reply.body).get("data")


def with_data(reply: Reply, data: Any) -> Reply:
    """The same answer with other `data`."""
    return replace(reply, body=write_json({**read_json(reply.body), "data": data}))


def status_code_of(reply: Reply) -> int:
    """The OCPI status code of an answer."""
    return int(read_json(reply.body)["status_code"])


def succeeded(reply: Reply) -> bool:
    """Whether an answer is a success."""
    return status_code_of(reply) == 1000


async def owner_of_the_address(asked: Asked) -> Reply:
    """Whatever owner the body names, it is taken for that in the address."""
    return await asked.with_body(country_code=asked.rest[0], party_id=asked.rest[1])


async def dated_now(asked: Asked) -> Reply:
    """A body without last_updated gets the time of the request."""
    return await asked.with_body(**{"last_updated": format_datetime(now_utc()), **asked.body})


async def unknown_is_welcome(asked: Asked) -> Reply:
    """A valid push to what is not there is answered with success, and dropped."""
    reply = await asked.answered()
    return ok() if status_code_of(reply) in _UNKNOWN else reply


def filled_in(**defaults: Any) -> Act:
    """Members that the body lacks get these values."""

    async def act(asked: Asked) -> Reply:
        return await asked.with_whole_body({**defaults, **asked.body})

    return act
