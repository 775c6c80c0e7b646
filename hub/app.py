"""The composition root: the one place where store, client session, clock, directory and modules meet."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.metadata import version

import structlog
from aiohttp import ClientSession, ClientTimeout, web

import modules
from contracts.suite import version as suite_version
from hub.addressing import Addressing
from hub.admin import address as admin_address
from hub.admin.front import admin_front
from hub.admin.services import AdminServices
from hub.aftermath import Aftermath
from hub.apps.api.app import PREFIX as APPS_PREFIX
from hub.apps.api.app import ROUTES as APPS_ROUTES
from hub.apps.api.app import apps_app
from hub.apps.api.front import AppsFront, open_apps
from hub.apps.api.streams import STOPS
from hub.auditing.auditing import Auditing
from hub.auditing.clearing import Clearing
from hub.broadcasting import Broadcasting
from hub.catalog import Catalog
from hub.clock import Tasks, new_id
from hub.config import Settings
from hub.delivery.post import Post
from hub.delivery.receiver import Accepted
from hub.delivery.worker import Deliveries
from hub.forwarding import Forwarding, Reports
from hub.gathering import Gathering
from hub.limits import Rates, read_networks
from hub.observing import Observing
from hub.openapi import at, ocpi_document
from hub.openapi_apps import apps_document
from hub.partners.front import Front, open_front
from hub.partners.office import Partners
from hub.partners.rekeying import Rekeying
from hub.pipeline import Acts, Pipeline
from hub.pulling.keeping import Keeping
from hub.pulling.pages import Pages
from hub.pulling.watch import Watch as PullWatch
from hub.registry import Directory
from hub.secrets import Secrets, opaque
from hub.store.embedded import private_mongod
from hub.store.mongo import open_store
from hub.store.protocols import Store, StoreUnavailable
from hub.timeliness import Timely
from hub.tls import CertificateUnusable, ServerTls
from hub.traffic import Traffic
from hub.verifying.callbacks import CONTRACT_RUN, Callbacks
from hub.verifying.office import Verifying
from hub.verifying.signing_keys import SigningKeys
from hub.verifying.watch import Watch
from hub.web import Runner, add_docs, add_health, add_keys, add_ocpi

_DRAIN_S = 10.0
_QUESTION_S = 5.0
_LOOK_FOR_KEYS_EVERY_S = 5.0


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
        self.apps: AppsFront
        self._front = front
        self._web = web.Application()
        self._admin: web.Application
        self._runners: list[web.AppRunner] = []
        self.admin_url = ""
        """Where the operators' listener answers, once `serve` was called."""
        self._tls = _server_tls(settings)
        self._stopping = False

    @property
    def partners(self) -> Partners:
        """What an operator does with partners."""
        return self._front.partners

    @property
    def rekeying(self) -> Rekeying:
        """What a change of the server key means for partners."""
        return self._front.rekeying

    @property
    def directory(self) -> Directory:
        """The picture of this moment."""
        return self._front.roster.directory

    def mount(self, pipeline: Pipeline, admin: web.Application, callbacks: Callbacks, keys: SigningKeys) -> None:
        """Put the doors in: OCPI, the apps' API and its pages, calls to contract runs, the keys of verdicts, health; and
        the operators' own listener.
        """
        trusted = read_networks(self.settings.trusted_proxies)
        add_ocpi(self._web, pipeline, self.settings.read_timeout_s, trusted)
        add_health(self._web, healthy=self._why_not_healthy, ready=self._why_not_ready, index=lambda: self.apps.trouble)
        add_keys(self._web, keys.document)
        add_docs(self._web, documents(self.settings))
        self._web.router.add_route("*", CONTRACT_RUN, callbacks.pass_on)
        self._web.add_subapp(APPS_PREFIX, apps_app(self.apps.office))
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
        self.admin_url = reachable_url(settings, at)
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
        tls = self._tls.context if self._tls else None
        await web.TCPSite(runner, host, port, reuse_port=share_port or None, ssl_context=tls).start()
        return int(runner.addresses[0][1])

    async def close(self) -> None:
        """Stop listening; requests under way may end."""
        self._stopping = True
        if self._runners:
            admin_address.remove(self.settings.data_path)
            self.apps.office.streams.end_all(STOPS)
        await asyncio.gather(*(runner.cleanup() for runner in self._runners))

    def reload(self) -> None:
        """Read certificate and server key again, as on SIGHUP; what cannot be used leaves the old ones in use."""
        self.secrets.refresh()
        if self._tls is not None:
            try:
                self._tls.reload()
            except CertificateUnusable as unusable:
                structlog.get_logger().error("certificate_not_reloaded", reason=str(unusable))

    def follow_pins(self, _: Directory, after: Directory) -> None:
        """Take the certificates of partners that an operator pinned, by any process."""
        if self._tls is not None:
            self._tls.trust(one.pins.client_pem for one in after.platforms.values() if one.pins.client_pem)

    async def _why_not_healthy(self) -> str:
        try:
            facts = await self.store.facts.look()
        except StoreUnavailable:
            return "the database does not answer"
        return "" if facts.is_primary else "the primary of the database is not reached"

    async def _why_not_ready(self) -> str:
        if self._stopping:
            return "this process is stopping"
        return await self._why_not_healthy()


def _server_tls(settings: Settings) -> ServerTls | None:
    if settings.tls_certificate_file is None or settings.tls_key_file is None:
        return None
    return ServerTls(settings.tls_certificate_file, settings.tls_key_file)


def documents(settings: Settings) -> dict[str, Callable[[], object]]:
    """The OpenAPI documents of what the public listener serves, with this hub's own address."""
    software = version("ocpi-hub")
    made = {"apps": lambda: apps_document(APPS_ROUTES, software), "ocpi": lambda: ocpi_document(modules.ALL, software)}
    return {name: lambda make=make: at(make(), settings.public_url) for name, make in made.items()}  # type: ignore[misc]


def reachable_url(settings: Settings, port: int) -> str:
    """Where the operators' listener, which has this port, answers on this machine."""
    host = settings.admin_host
    reachable = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else f"[{host}]" if ":" in host else host  # noqa: S104 - compared
    scheme = "https" if settings.listens_with_tls else "http"
    return f"{scheme}://{reachable}:{port}"


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[str]:
    """The URL of the database in use; a private mongod runs as long as the block when none is configured."""
    if settings.mongodb_url:
        yield settings.mongodb_url
        return
    async with private_mongod(settings.data_path, settings.mongod) as url:
        yield url


@asynccontextmanager
async def open_hub(settings: Settings) -> AsyncIterator[Hub]:
    """Put a hub together on the configured database, and take it apart at the end.

    Raises MongoUnavailable, SecretKeyUnusable or CertificateUnusable with a sentence that says what to do.
    """
    async with AsyncExitStack() as stack:
        secrets = Secrets.load(
            settings.secret_key.get_secret_value(), settings.data_path, settings.secret_keys_other.get_secret_value()
        )
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
        per_min = settings.failed_authentications_per_min
        failures = Rates(per_min / 60, per_min)
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
                failures=failures,
            )
        )
        await stack.enter_async_context(deliveries)
        hub = Hub(settings, store, front, deliveries, traffic)
        aftermath = Aftermath(store.index, store.faults)
        tasks.spawn(aftermath.learn_forever(), "learn")
        tasks.spawn(aftermath.check_forever(), "check")
        tasks.spawn(aftermath.tell_forever(), "tell what was found")
        observing = Observing(store.signs)
        tasks.spawn(observing.observe_forever(), "observe")
        auditing = Auditing(store, secrets.derive_opaque)
        tasks.spawn(auditing.check_forever(), "check CDRs")
        tasks.spawn(auditing.remember_forever(), "remember tariffs")
        timely = Timely(store.timeliness)
        tasks.spawn(timely.tell_forever(), "tell how timely they are")

        def accepted(one: Accepted, *, pulled: bool = False) -> None:
            timely.count(one, pulled=pulled)
            deliveries.accepted(one)

        pulling = PullWatch(
            settings,
            catalog,
            lambda: front.roster.directory,
            pages=Pages(post, settings, traffic.record),
            keeping=Keeping(
                store.objects,
                Broadcasting(store.objects, partial(accepted, pulled=True)),
                catalog,
                lambda: front.roster.directory,
            ),
            objects=store.objects,
            signs=store.signs,
            timely=timely,
            tasks=tasks,
            owns=deliveries.owns,
        )
        tasks.spawn(pulling.run(), "pull")
        acts = Acts(
            door=front.door,
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
            broadcasting=Broadcasting(store.objects, accepted),
            gathering=Gathering(store.objects, settings),
            aftermath=aftermath,
            observing=observing,
            auditing=auditing,
            index=store.index,
        )
        signing_keys = SigningKeys(store.signing_keys, secrets)
        await signing_keys.keep()
        tasks.spawn(_look_for_keys(secrets), "look for server keys")
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
        apps = await open_apps(
            settings=settings,
            store=store,
            secrets=secrets,
            catalog=catalog,
            directory=lambda: front.roster.directory,
            tasks=tasks,
        )
        front.roster.watch(lambda *_: apps.look_through())
        services = AdminServices(
            apps=apps,
            partners=front.partners,
            store=store,
            directory=lambda: front.roster.directory,
            catalog=catalog,
            deliveries=deliveries,
            traffic=traffic,
            settings=settings,
            secrets=secrets,
            verifying=verifying,
            auditing=auditing,
            clearing=Clearing(store),
            rekeying=front.rekeying,
            signing_keys=signing_keys,
            failures=failures,
            session=session,
            timely=timely,
        )

        def heard(platform_id: str) -> None:
            front.liveness.heard(platform_id)
            deliveries.knocked(platform_id)

        pipeline = Pipeline(catalog, lambda: front.roster.directory, acts, traffic.record, heard)
        hub.verifying, hub.secrets, hub.apps = verifying, secrets, apps
        hub.follow_pins(front.roster.directory, front.roster.directory)
        front.roster.watch(hub.follow_pins)
        hub.mount(pipeline, admin_front(services), callbacks, signing_keys)
        stack.push_async_callback(hub.close)
        yield hub


async def _look_for_keys(secrets: Secrets) -> None:
    """Another process may have changed the key file; what needs the newer key at once looks by itself."""
    while True:
        await asyncio.sleep(_LOOK_FOR_KEYS_EVERY_S)
        if secrets.refresh():
            structlog.get_logger().info("server_keys_changed", kid=secrets.kid)
