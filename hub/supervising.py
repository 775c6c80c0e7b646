"""Several worker processes of one hub: who ends is replaced, all are renewed one by one, none outlives its parent."""

import asyncio
import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import structlog

LOOK_EVERY_S = 1.0
READY_WITHIN_S = 30.0
STOP_WITHIN_S = 20.0
_READY = b"ready"

Work = Callable[[Connection], None]
"""What a worker does, in a process of its own; it can be pickled. It is given its end of the line to the parent."""


class Worker:
    """One process, and the line to it: the worker says on it that it serves, and ends when the parent's end is gone."""

    def __init__(self, work: Work) -> None:
        line, theirs = multiprocessing.Pipe()
        self._line = line
        self.process: BaseProcess = multiprocessing.get_context("spawn").Process(
            target=work, args=(theirs,), daemon=True
        )
        self.process.start()
        theirs.close()

    async def serves(self, within_s: float = READY_WITHIN_S) -> bool:
        """Wait until it serves; False when it ended before, or takes too long."""
        loop, heard = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._line.fileno(), heard.set)
        try:
            async with asyncio.timeout(within_s):
                await heard.wait()
            return self._line.recv_bytes() == _READY
        except (TimeoutError, EOFError):
            return False
        finally:
            loop.remove_reader(self._line.fileno())

    async def stop(self) -> None:
        """Let it end what it does; kill it when that takes too long."""
        self.process.terminate()
        await asyncio.to_thread(self.process.join, STOP_WITHIN_S)
        if self.process.is_alive():
            self.process.kill()
            await asyncio.to_thread(self.process.join)
        self._line.close()


class Supervisor:
    """Keeps a number of workers."""

    def __init__(self, work: Work, number: int) -> None:
        self._work = work
        self._workers = [Worker(work) for _ in range(number)]
        self._called = asyncio.Event()
        self._renewing = self._stopping = False

    def renew(self) -> None:
        """Replace every worker by a new one, one after the other, while the others serve (SIGHUP)."""
        self._renewing = True
        self._called.set()

    def stop(self) -> None:
        """Have `run` end."""
        self._stopping = True
        self._called.set()

    async def run(self) -> None:
        """Look after them until `stop`; then all have ended."""
        while not self._stopping:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._called.wait()
            self._called.clear()
            if self._renewing and not self._stopping:
                self._renewing = False
                await self._renew_all()
            if not self._stopping:
                self._workers = [self._alive(worker) for worker in self._workers]
        await asyncio.gather(*(worker.stop() for worker in self._workers))

    def _alive(self, worker: Worker) -> Worker:
        if worker.process.is_alive():
            return worker
        structlog.get_logger().error("worker_ended", pid=worker.process.pid, exit_code=worker.process.exitcode)
        return Worker(self._work)

    async def _renew_all(self) -> None:
        """The old one of each place goes when the new one serves; a new one that does not come up ends it."""
        for place, old in enumerate(self._workers):
            new = Worker(self._work)
            if not await new.serves():
                structlog.get_logger().error(
                    "worker_not_renewed", pid=old.process.pid, reason="the new one does not serve"
                )
                await new.stop()
                return
            self._workers[place] = new
            await old.stop()
        structlog.get_logger().info("workers_renewed", workers=len(self._workers))


def say_ready(line: Connection) -> None:
    """Tell the parent that this worker serves."""
    line.send_bytes(_READY)


def when_orphaned(line: Connection, act: Callable[[], None]) -> None:
    """Have `act` called when the parent is gone: nobody would replace this worker, nor stop it."""
    loop = asyncio.get_running_loop()

    def gone() -> None:
        loop.remove_reader(line.fileno())
        act()

    loop.add_reader(line.fileno(), gone)
