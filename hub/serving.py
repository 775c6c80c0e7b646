"""Run a hub until it is told to stop: one process, or several that share the port and the database."""

import asyncio
import gc
import multiprocessing
import os
import signal
from contextlib import suppress
from multiprocessing.process import BaseProcess

import structlog
import uvloop

from hub.admin import address as admin_address
from hub.app import database, open_hub, reachable_url
from hub.clock import now_utc
from hub.config import Settings
from hub.log import configure
from hub.store.embedded import free_port

_RESTART_PAUSE_S = 1.0
_STOP_S = 20.0


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises MongoUnavailable, SecretKeyUnusable, CertificateUnusable (a sentence each) or OSError (the port is taken).
    """
    lines = configure(settings.log_level)
    try:
        uvloop.run(_serve_one(settings, host, port) if settings.workers == 1 else _serve_many(settings, host, port))
    finally:
        lines.flush()


async def _serve_one(settings: Settings, host: str, port: int, *, share_port: bool = False) -> None:
    stop = _stop_signal()
    async with open_hub(settings) as hub:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hub.reload)
        await hub.serve(host, port, share_port=share_port)
        structlog.get_logger().info(
            "serving",
            versions_url=f"{settings.ocpi_url}/versions",
            host=host,
            port=port,
            page=f"{hub.admin_url}/",
            at=now_utc().isoformat(),
        )
        gc.collect()
        gc.freeze()  # what is loaded by now stays: looking through it again and again would stall messages for 50 ms
        await stop.wait()
        structlog.get_logger().info("stopping")


async def _serve_many(settings: Settings, host: str, port: int) -> None:
    """Keep `workers` processes; one that ends is replaced. The private mongod, if any, belongs to this parent."""
    stop = _stop_signal()
    async with database(settings) as url:
        admin_port = settings.admin_port or free_port()
        shared = settings.model_copy(update={"mongodb_url": url, "workers": 1, "admin_port": admin_port})
        workers = [_start(shared, host, port) for _ in range(settings.workers)]
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, lambda: _reload(workers))
        admin_address.write(settings.data_path, reachable_url(settings, admin_port))
        try:
            while not stop.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _RESTART_PAUSE_S)
                workers = (
                    [_replaced(worker, shared, host, port) for worker in workers] if not stop.is_set() else workers
                )
        finally:
            admin_address.remove(settings.data_path)
            await asyncio.to_thread(_stop, workers)


def _replaced(worker: BaseProcess, settings: Settings, host: str, port: int) -> BaseProcess:
    if worker.is_alive():
        return worker
    structlog.get_logger().error("worker_ended", pid=worker.pid, exit_code=worker.exitcode)
    return _start(settings, host, port)


def _start(settings: Settings, host: str, port: int) -> BaseProcess:
    worker = multiprocessing.get_context("spawn").Process(target=_work, args=(settings, host, port), daemon=True)
    worker.start()
    return worker


def _work(settings: Settings, host: str, port: int) -> None:
    lines = configure(settings.log_level)
    try:
        uvloop.run(_serve_one(settings, host, port, share_port=True))
    finally:
        lines.flush()


def _reload(workers: list[BaseProcess]) -> None:
    for worker in workers:
        if worker.pid is not None and worker.is_alive():
            os.kill(worker.pid, signal.SIGHUP)


def _stop(workers: list[BaseProcess]) -> None:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join(_STOP_S)
        if worker.is_alive():
            worker.kill()


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
