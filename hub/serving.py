"""Run a hub until it is told to stop: one process, or several that share the port and the database."""

import asyncio
import signal
from functools import partial
from multiprocessing.connection import Connection

import structlog
import uvloop

from hub.admin import address as admin_address
from hub.app import database, open_hub
from hub.clock import Tasks, now_utc
from hub.config import Settings
from hub.cycles import collect_forever
from hub.house import reachable_url
from hub.log import configure
from hub.store.embedded import free_port
from hub.supervising import Supervisor, say_ready, when_orphaned

_STOPS = (signal.SIGTERM, signal.SIGINT)


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises MongoUnavailable, SecretKeyUnusable, CertificateUnusable (a sentence each) or OSError (the port is taken).
    """
    lines = configure(settings.log_level)
    try:
        uvloop.run(_serve_one(settings, host, port) if settings.workers == 1 else _serve_many(settings, host, port))
    finally:
        lines.flush()


async def _serve_one(settings: Settings, host: str, port: int, line: Connection | None = None) -> None:
    """Serve in this process; `line` leads to the parent of a worker, which shares the port with others."""
    stop = _stop_signal()
    if line is not None:
        when_orphaned(line, stop.set)
    async with open_hub(settings) as hub:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hub.reload)
        await hub.serve(host, port, share_port=line is not None)
        structlog.get_logger().info(
            "serving",
            versions_url=f"{settings.ocpi_url}/versions",
            host=host,
            port=port,
            page=f"{hub.admin_url}/",
            at=now_utc().isoformat(),
        )
        if line is not None:
            say_ready(line)
        collecting = Tasks()
        collecting.spawn(collect_forever(), "collect cycles")
        await stop.wait()
        await collecting.close()
        structlog.get_logger().info("stopping")


async def _serve_many(settings: Settings, host: str, port: int) -> None:
    """Keep `workers` processes; SIGHUP renews them. The private mongod, if any, belongs to this parent."""
    async with database(settings) as url:
        admin_port = settings.admin_port or free_port()
        shared = settings.model_copy(update={"mongodb_url": url, "workers": 1, "admin_port": admin_port})
        supervisor = Supervisor(partial(_work, shared, host, port), settings.workers)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, supervisor.renew)
        for number in _STOPS:
            loop.add_signal_handler(number, supervisor.stop)
        admin_address.write(settings.data_path, reachable_url(settings, admin_port), settings.public_url)
        try:
            await supervisor.run()
        finally:
            admin_address.remove(settings.data_path)


def _work(settings: Settings, host: str, port: int, line: Connection) -> None:
    lines = configure(settings.log_level)
    try:
        uvloop.run(_serve_one(settings, host, port, line))
    finally:
        lines.flush()


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in _STOPS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
