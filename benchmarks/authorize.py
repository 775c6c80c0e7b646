"""What the hub adds to a real-time authorization: POST authorize through the hub, beside the same call to the eMSP itself."""

import statistics
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

from benchmarks.forward import CPO, RequestMaker
from benchmarks.load import Result, load
from benchmarks.running import FastPlatform, HubProcess, joined
from benchmarks.servers import start_receiver
from hub.simulate.platform import Platform
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import RoutingHeaders
from hub.wire.interface import Interface
from hub.wire.party import Party, PartyRole, Role

SECONDS = 5.0
EMSP = Party.parse("DE-AUT")
_BODY = b'{"location_id":"LOC1"}'


async def measure(hub: HubProcess) -> tuple[Result, Result]:
    """One connection, one request after the other: through the hub, and direct."""
    async with AsyncExitStack() as stack:
        receiver = await start_receiver()
        stack.callback(receiver.close)
        port = receiver.sockets[0].getsockname()[1]
        roles = [PartyRole(party=CPO.of("NL", "CPB"), role=Role.CPO)]
        cpo = await stack.enter_async_context(joined(hub, Platform("Bench authorizing CPO", roles)))
        offered = {("tokens", Interface.SENDER): f"http://127.0.0.1:{port}/ocpi/2.2.1/sender/tokens"}
        emsp = FastPlatform("Bench authorizing eMSP", [PartyRole(party=EMSP, role=Role.EMSP)], offered)
        await stack.enter_async_context(joined(hub, emsp))
        peer, token = cpo.registered()
        headers = {"Authorization": write_authorization(token)} | RoutingHeaders(to=EMSP, sender=cpo.party).write()
        path = urlsplit(peer.endpoint("tokens", Interface.SENDER)).path + "/012345678/authorize"
        request = RequestMaker(path, headers, _BODY, method="POST")
        through = await load("127.0.0.1", hub.port, request, connections=1, seconds=SECONDS)
        direct = await load("127.0.0.1", port, request, connections=1, seconds=SECONDS)
        return through, direct


def added_ms(through: Result, direct: Result) -> tuple[float, float]:
    """Median and 99th percentile that the hub adds."""
    middle = statistics.median(through.latencies_ms) - statistics.median(direct.latencies_ms)
    return middle, through.percentile_ms(99) - direct.percentile_ms(99)
