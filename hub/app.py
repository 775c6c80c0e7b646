"""The composition root: the one place where store, client session, clock, directory and modules meet."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version

from aiohttp import ClientSession, ClientTimeout, web

import modules
from contracts.suite import version as suite_version
from hub import verdicts
from hub.addressing import Addressing
from hub.admin import address as admin_address
from hub.admin.front import admin_front
from hub.admin.services import AdminServices
from hub.aftermath import Aftermath
from hub.apps.changes import Event
from hub.apps.feed import Feed
from hub.broadcasting import Broadcasting
from hub.catalog import Catalog
from hub.clock import Tasks, new_id
from hub.config import Settings
from hub.delivery.post import Post
from hub.delivery.worker import Deliveries
from hub.forwarding import Forwarding, Reports
from hub.gathering import Gathering
from hub.openapi import at, ocpi_document
from hub.partners.front import Front, open_front
from hub.partners.office import Partners
from hub.pipeline import Acts, Pipeline
from hub.registry import Directory
from hub.secrets import Secrets, opaque
from hub.store.embedded import private_mongod
from hub.store.mongo import open_store
from hub.store.protocols import Store, StoreUnavailable
from hub.traffic import Traffic
from hub.verifying.callbacks import CONTRACT_RUN, Callbacks
from hub.verifying.office import Verifying
from hub.verifying.watch import Watch
from hub.web import Runner, add_docs, add_health, add_keys, add_ocpi

_DRAIN_S = 10.0
_QUESTION_S = 5.0


class Hub:
    """A hub that is put together, and serves once `serve` is called."""

    def __init__(
        self, settings: Settings, store: Store, front: Front, deliveries: Deliveries, traffic: Traffic
    ) -> None:
        self.settings = settings
        self.store = store
        self.deliveries = deliveries
        self.traffic = traffic
        self.verifying: Verifying
        self.secrets: Secrets
        self._front = front
        self._web = web.Application()
        self._admin: web.Application
        self._runners: list[web.AppRunner] = []
        self.admin_url = ""
        """Where the operators' listener answers, once `serve` was called."""

    @property
    def partners(self) -> Partners:
        """What an operator does with partners."""
        return self._front.partners

    @property
    def directory(self) -> Directory:
        """The picture of this moment."""
        return self._front.roster.directory

    def mount(
        self, pipeline: Pipeline, admin: web.Application, callbacks: Callbacks, keys: Mapping[str, object]
    ) -> None:
        """Put the doors in: OCPI, calls to contract runs, the keys of verdicts, health; and the operators' own listener."""
        add_ocpi(self._web, pipeline, self.settings.read_timeout_s)
        add_health(self._web, self._why_not_ready)
        add_keys(self._web, keys)
        add_docs(self._web, documents(self.settings))
        self._web.router.add_route("*", CONTRACT_RUN, callbacks.pass_on)
        self._admin = admin

    async def serve(self, host: str, port: int, *, share_port: bool = False) -> None:
        """Listen for partners, and for operators; say where for hubctl, unless the ports are shared (then the parent does).

        The time for a header to arrive is read_timeout_s too. Raises OSError, which names the operators' address if that
        is the one that cannot be had.
        """
        settings = self.settings
        await self._listen(self._web, host, port, share_port)
        try:
            at = await self._listen(self._admin, settings.admin_host, settings.admin_port, share_port)
        except OSError as error:
            where = f"{settings.admin_host}:{settings.admin_port}"
            raise OSError(error.errno, os.strerror(error.errno or 0), where) from None
        self.admin_url = reachable_url(settings.admin_host, at)
        if not share_port:
            admin_address.write(settings.data_path, self.admin_url)

    async def _listen(self, app: web.Application, host: str, port: int, share_port: bool) -> int:
        runner = Runner(
            app,
            access_log=None,
            keepalive_timeout=self.settings.read_timeout_s,
            shutdown_timeout=_DRAIN_S,
            auto_decompress=False,
        )
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, host, port, reuse_port=share_port or None).start()
        return int(runner.addresses[0][1])

    async def close(self) -> None:
        """Stop listening; requests under way may end."""
        if self._runners:
            admin_address.remove(self.settings.data_path)
        await asyncio.gather(*(runner.cleanup() for runner in self._runners))

    async def _why_not_ready(self) -> str:
        try:
            await self.store.facts.look()
        except StoreUnavailable:
            return "the database does not answer"
        return ""


def documents(settings: Settings) -> dict[str, Callable[[], object]]:
    """The OpenAPI documents of what the public listener serves, with this hub's own address."""
    software = version("ocpi-hub")
    made = {"ocpi": lambda: ocpi_document(modules.ALL, software)}
    return {name: lambda make=make: at(make(), settings.public_url) for name, make in made.items()}  # type: ignore[misc]


def reachable_url(host: str, port: int) -> str:
    """Where a process that listens at `host` and `port` answers on this machine."""
    reachable = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else f"[{host}]" if ":" in host else host  # noqa: S104 - compared
    return f"http://{reachable}:{port}"


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[str]:
    """The URL of the database in use; a private mongod runs as long as the block when none is configured."""
    if settings.mongodb_url:
        yield settings.mongodb_url
        return
    async with private_mongod(settings.data_path, settings.mongod) as url:
        yield url


class _Nobody:
    """No app follows changes yet."""

    def tell(self, event: Event) -> None:
        """Nothing to do."""


@asynccontextmanager
async def open_hub(settings: Settings) -> AsyncIterator[Hub]:
    """Put a hub together on the configured database, and take it apart at the end.

    Raises MongoUnavailable or SecretKeyUnusable with a sentence that says what to do.
    """
    async with AsyncExitStack() as stack:
        secrets = Secrets.load(settings.secret_key.get_secret_value(), settings.data_path)
        url = await stack.enter_async_context(database(settings))
        store = await stack.enter_async_context(
            open_store(
                url, database=settings.mongodb_database, driver=settings.mongo_driver, trace_days=settings.trace_days
            )
        )
        catalog = Catalog(modules.ALL)
        traffic = await stack.enter_async_context(Traffic(store.traces))
        post = await stack.enter_async_context(Post(settings))
        session = await stack.enter_async_context(ClientSession(timeout=ClientTimeout(total=_QUESTION_S)))
        tasks = Tasks()
        stack.push_async_callback(tasks.close)

        front: Front
        deliveries = Deliveries(
            store=store,
            post=post,
            directory=lambda: front.roster.directory,
            catalog=catalog,
            settings=settings,
            traffic=traffic,
            heard=lambda platform_id: front.liveness.heard(platform_id),  # noqa: PLW0108 - front comes later
            missed=lambda platform_id, reason: front.liveness.missed(platform_id, reason),  # noqa: PLW0108 - as above
            new_id=new_id,
        )
        front = await stack.enter_async_context(
            open_front(
                settings=settings,
                store=store,
                secrets=secrets,
                post=post,
                catalog=catalog,
                record=traffic.record,
                deliveries=deliveries,
            )
        )
        await stack.enter_async_context(deliveries)
        hub = Hub(settings, store, front, deliveries, traffic)
        aftermath = Aftermath(store.index, store.faults)
        tasks.spawn(aftermath.learn_forever(), "learn")
        tasks.spawn(aftermath.check_forever(), "check")
        tasks.spawn(aftermath.tell_forever(), "tell what was found")
        acts = Acts(
            authenticate=front.door.authenticate,
            desk=front.desk,
            forwarding=Forwarding(
                post,
                Addressing(store.mappings, settings, opaque, secrets.derive_opaque),
                settings,
                Reports(
                    record=traffic.record,
                    heard=front.liveness.heard,
                    missed=front.liveness.missed,
                    doubted=front.liveness.doubted,
                ),
                new_id,
            ),
            broadcasting=Broadcasting(store.objects, deliveries.accepted),
            gathering=Gathering(store.objects, settings),
            aftermath=aftermath,
            index=store.index,
        )
        callbacks = Callbacks(settings, store.mappings, session)
        verifying = Verifying(
            settings=settings,
            roster=front.roster,
            secrets=secrets,
            store=store.verifications,
            suite_version=suite_version(),
            open_callbacks=callbacks.open,
        )
        watch = Watch(settings, front.roster, verifying, tasks, owns=deliveries.owns)
        tasks.spawn(watch.run(), "verify")
        feed = Feed(store.locations, _Nobody(), lambda _owner, _at_ms, _changed: None)
        tasks.spawn(feed.run(), "index of charging points")
        services = AdminServices(
            partners=front.partners,
            store=store,
            directory=lambda: front.roster.directory,
            catalog=catalog,
            deliveries=deliveries,
            traffic=traffic,
            settings=settings,
            secrets=secrets,
            verifying=verifying,
            feed=feed,
            session=session,
        )
        pipeline = Pipeline(catalog, lambda: front.roster.directory, acts, traffic.record, front.liveness.heard)
        hub.verifying, hub.secrets = verifying, secrets
        hub.mount(pipeline, admin_front(services), callbacks, verdicts.published(secrets))
        stack.push_async_callback(hub.close)
        yield hub
