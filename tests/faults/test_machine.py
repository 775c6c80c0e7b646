"""SEC-F, REL-17: any sequence of joining, pushing, falling silent, coming back and dying ends where a plain model ends."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from hub.app import open_hub
from hub.config import Settings
from hub.house import Hub
from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from hub.simulate.faults import Fault
from hub.store.driver import close_client, open_client
from hub.store.embedded import free_port
from hub.store.protocols import ObjectKey
from hub.wire.interface import Interface, ModuleId, fold
from hub.wire.party import Party
from tests import words
from tests.whole.broadcasts import instant
from tests.whole.platforms import until

R = Interface.RECEIVER
NAMES = st.sampled_from(["A", "B", "C"])
TIMES = st.integers(0, 5)
"""Owners' clocks go back and forth: few instants, so that many pushes are older than the one before, or as old."""
MOST_RECEIVERS = 3
ENDS_WITHIN_S = 20.0
T = TypeVar("T")


class HubMachine(RuleBasedStateMachine):
    """A hub in this process, real HTTP, a real database; the model is a dictionary of what was acknowledged."""

    def __init__(self, mongodb_url: str, folder: Path) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        port = free_port()
        self.settings = Settings(
            _env_file=None,
            data_dir=folder,
            mongodb_url=mongodb_url,
            mongodb_database=f"machine_{uuid4().hex[:10]}",
            public_url=f"http://127.0.0.1:{port}",
            allow_private_urls=True,
            admin_port=0,
            probe_first_s=0.05,
            probe_max_s=0.1,
            failures_before_offline=1,
        )
        self.port = port
        self.partners = AsyncExitStack()
        self.process = AsyncExitStack()
        self.hub: Hub
        self.receivers: list[Emsp] = []
        self.kept: dict[str, tuple[int, str]] = {}
        """Time and name of each object, as acknowledged."""
        self.owed: list[set[str]] = []
        """Objects that each receiver must have in the end: pushed since it joined."""
        self.pushes = 0
        self.do(self._begin())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run in this machine's loop."""
        return self.runner.run(work)

    async def _begin(self) -> None:
        await self._start()
        self.cpo = await self.partners.enter_async_context(Cpo(words.CPO))
        await self._register(self.cpo)

    async def _start(self) -> None:
        self.hub = await self.process.enter_async_context(open_hub(self.settings))
        await self.hub.serve("127.0.0.1", self.port)

    async def _register(self, partner: Cpo | Emsp) -> None:
        invitation = await self.hub.partners.invite(partner.name, partner.roles)
        await partner.register(f"{self.settings.ocpi_url}/versions", invitation.token)

    @precondition(lambda self: len(self.receivers) < MOST_RECEIVERS)
    @rule()
    def join(self) -> None:
        """Another receiver registers: it is owed what is pushed from now on."""
        emsp = Emsp(Party.of("DE", f"EM{len(self.receivers)}"))
        self.do(self.partners.enter_async_context(emsp))
        self.do(self._register(emsp))
        self.receivers.append(emsp)
        self.owed.append(set())

    @rule(name=NAMES, at=TIMES, part=st.booleans(), again=st.booleans())
    def push(self, name: str, at: int, part: bool, again: bool) -> None:
        """PUT the whole or PATCH a part; older than what was acknowledged is 2001, a part of nothing is 2003."""
        self.pushes += 1
        said = str(self.pushes)
        value = words.location(id=name, name=said, last_updated=instant(at))
        body = {"name": said, "last_updated": instant(at)} if part else value
        for _ in range(2 if again else 1):
            answer = self.do(
                self.cpo.send("PATCH" if part else "PUT", "locations", R, f"/NL/CPA/{name}", body, to=words.HUB)
            )
            known = self.kept.get(name)
            wanted = 1000
            if part and known is None:
                wanted = 2003
            elif known is not None and at < known[0]:
                wanted = 2001
            assert answer.status_code == wanted, answer.json
        if wanted == 1000:
            self.kept[name] = (at, said)
            for owed in self.owed:
                owed.add(name)

    @precondition(lambda self: self.receivers)
    @rule(
        which=st.integers(0, MOST_RECEIVERS - 1),
        fault=st.sampled_from([Fault.DOWN, Fault.SERVER_ERROR, Fault.MALFORMED]),
    )
    def fail(self, which: int, fault: Fault) -> None:
        """A receiver misbehaves from now on."""
        self.receivers[which % len(self.receivers)].fail(fault)

    @precondition(lambda self: self.receivers)
    @rule(which=st.integers(0, MOST_RECEIVERS - 1))
    def heal(self, which: int) -> None:
        """A receiver is well again."""
        self.receivers[which % len(self.receivers)].fail(Fault.NONE)

    @rule(suddenly=st.booleans())
    def restart(self, suddenly: bool) -> None:
        """The process ends, with or without a goodbye, and another one begins."""
        self.do(self._end_process(suddenly=suddenly))
        self.do(self._start())

    async def _end_process(self, *, suddenly: bool) -> None:
        if suddenly:  # nothing is awaited and nothing told to the store
            await self.hub.deliveries._loops.close()
            await self.hub.deliveries._lanes.close()
            self.hub.deliveries._settling._settled.clear()
        await self.process.aclose()
        self.process = AsyncExitStack()

    @invariant()
    def the_hub_has_what_it_acknowledged(self) -> None:
        """Its own copy is the newest acknowledged state, at every moment."""
        for name, (at, said) in self.kept.items():
            found = self.do(self.hub.store.objects.get(_key(name)))
            assert found is not None
            assert f'"name":"{said}"'.encode() in found.body.replace(b'": "', b'":"')
            assert instant(at).encode() in found.body

    def teardown(self) -> None:
        """Everyone heals: each receiver ends with the newest state of what it is owed, and saw none go back in time."""
        try:
            for emsp in self.receivers:
                emsp.fail(Fault.NONE)
            self.do(self._until_everyone_has_all())
        finally:
            self.do(self._end())
            self.runner.close()

    async def _until_everyone_has_all(self) -> None:
        async def everyone_has_all() -> bool:
            return all(
                (self._has(emsp, name) or {}).get("name") == self.kept[name][1]
                for emsp, owed in zip(self.receivers, self.owed, strict=True)
                for name in owed
            )

        await until(everyone_has_all, timeout_s=ENDS_WITHIN_S)
        for emsp in self.receivers:
            for name in self.kept:
                states = [
                    int(one.json["name"]) for one in emsp.requests if one.method != "GET" and one.segments[-1] == name
                ]
                assert states == sorted(states)

    def _has(self, emsp: Emsp, name: str) -> Any:
        return emsp.locations.get(words.CPO, name)

    async def _end(self) -> None:
        await self.partners.aclose()
        await self.process.aclose()
        client = open_client(self.settings.mongodb_url)
        await client.drop_database(self.settings.mongodb_database)
        await close_client(client)


def _key(name: str) -> ObjectKey:
    return ObjectKey(module=ModuleId("locations"), owner=words.CPO, object_id=fold(name))


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_any_sequence_ends_as_the_model_says(mongodb_url: str, tmp_path: Path) -> None:
    """P1, P3, P9: whatever happens in whatever order, the hub has, and every receiver ends with, what was acknowledged last."""

    class Machine(HubMachine):
        def __init__(self) -> None:
            super().__init__(mongodb_url, tmp_path)

    few = examples(
        max_examples=6, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
    )
    run_state_machine_as_test(Machine, settings=few)
