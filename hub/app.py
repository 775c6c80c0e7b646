"""The composition root: the one place where store, client session, clock, directory and modules meet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog
from aiohttp import ClientSession, ClientTimeout

import modules
from contracts.suite import version as suite_version
from hub.addressing import Addressing
from hub.admin.front import admin_front
from hub.admin.services import AdminServices
from hub.aftermath import Aftermath
from hub.apps.api.front import open_apps
from hub.auditing.answers import Answered
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
from hub.house import Hub
from hub.limits import Rates
from hub.observing import Observing
from hub.partners.front import Front, open_front
from hub.pipeline import Acts, Pipeline
from hub.pulling.keeping import Keeping
from hub.pulling.pages import Pages
from hub.pulling.watch import Watch as PullWatch
from hub.registry import Directory
from hub.repeats import Repeats
from hub.secrets import Secrets, opaque
from hub.spans import Spans
from hub.store.embedded import private_mongod
from hub.store.mongo import open_store
from hub.store.protocols import Store
from hub.timeliness import Timely
from hub.traffic import Traffic
from hub.verifying.callbacks import Callbacks
from hub.verifying.office import Verifying
from hub.verifying.signing_keys import SigningKeys
from hub.verifying.watch import Watch

_QUESTION_S = 5.0
_LOOK_FOR_KEYS_EVERY_S = 5.0


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[str]:
    """The URL of the database in use; a private mongod runs as long as the block when none is configured."""
    if settings.mongodb_url:
        yield settings.mongodb_url
        return
    async with private_mongod(settings.data_path, settings.mongod) as url:
        yield url


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What every room stands on."""

    settings: Settings
    secrets: Secrets
    store: Store
    catalog: Catalog
    traffic: Traffic
    post: Post
    session: ClientSession
    failures: Rates
    tasks: Tasks
    front: Front
    deliveries: Deliveries

    def directory(self) -> Directory:
        """The picture of this moment."""
        return self.front.roster.directory

    def heard(self, platform_id: str) -> None:
        """A platform spoke: it is there, and may be called again."""
        self.front.liveness.heard(platform_id)
        self.deliveries.knocked(platform_id)


@asynccontextmanager
async def open_hub(settings: Settings) -> AsyncIterator[Hub]:
    """Put a hub together on the configured database, and take it apart at the end.

    Raises MongoUnavailable, SecretKeyUnusable or CertificateUnusable with a sentence that says what to do.
    """
    async with AsyncExitStack() as stack:
        ground = await _open_ground(settings, stack)
        hub = Hub(settings, ground.store, ground.front, ground.deliveries, ground.traffic)
        timely = Timely(ground.store.timeliness)
        ground.tasks.spawn(timely.tell_forever(), "tell how timely they are")
        acts = _acts(ground, timely)
        signing_keys = SigningKeys(ground.store.signing_keys, ground.secrets)
        await signing_keys.keep()
        ground.tasks.spawn(_look_for_keys(ground.secrets), "look for server keys")
        callbacks = Callbacks(settings, ground.store.mappings, ground.session)
        hub.verifying, hub.secrets = _verifying(ground, callbacks), ground.secrets
        hub.apps = await open_apps(
            settings=settings,
            store=ground.store,
            secrets=ground.secrets,
            catalog=ground.catalog,
            directory=ground.directory,
            tasks=ground.tasks,
        )
        ground.front.roster.watch(lambda *_: hub.apps.look_through())
        services = _services(ground, hub, acts, timely, signing_keys)
        pipeline = Pipeline(ground.catalog, ground.directory, acts, ground.traffic.record, ground.heard)
        hub.follow_pins(ground.directory(), ground.directory())
        ground.front.roster.watch(hub.follow_pins)
        hub.mount(pipeline, admin_front(services), callbacks, signing_keys)
        stack.push_async_callback(hub.close)
        yield hub


async def _open_ground(settings: Settings, stack: AsyncExitStack) -> _Ground:
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
    spans = await stack.enter_async_context(Spans(settings.otlp_endpoint)) if settings.otlp_endpoint else None
    traffic = await stack.enter_async_context(Traffic(store.traces, spans))
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
    return _Ground(
        settings=settings,
        secrets=secrets,
        store=store,
        catalog=catalog,
        traffic=traffic,
        post=post,
        session=session,
        failures=failures,
        tasks=tasks,
        front=front,
        deliveries=deliveries,
    )


def _acts(ground: _Ground, timely: Timely) -> Acts:
    """What the pipeline can do with a message, and what goes on beside it."""
    store, settings, tasks, front = ground.store, ground.settings, ground.tasks, ground.front
    aftermath = Aftermath(store.index, store.faults)
    tasks.spawn(aftermath.learn_forever(), "learn")
    tasks.spawn(aftermath.check_forever(), "check")
    tasks.spawn(aftermath.tell_forever(), "tell what was found")
    observing = Observing(store.signs)
    tasks.spawn(observing.observe_forever(), "observe")
    auditing = Auditing(store, ground.secrets.derive_opaque)
    tasks.spawn(auditing.check_forever(), "check CDRs")
    tasks.spawn(auditing.remember_forever(), "remember tariffs")
    answered = Answered(store, auditing)
    tasks.spawn(answered.look_forever(), "look at CDRs in answers")

    def accepted(one: Accepted, *, pulled: bool = False) -> None:
        timely.count(one, pulled=pulled)
        ground.deliveries.accepted(one)

    repeats = Repeats(store.requests, tasks)
    pulled = Broadcasting(store.objects, partial(accepted, pulled=True))
    pulling = PullWatch(
        settings,
        ground.catalog,
        ground.directory,
        pages=Pages(ground.post, settings, ground.traffic.record),
        keeping=Keeping(store.objects, pulled, ground.catalog, ground.directory),
        objects=store.objects,
        signs=store.signs,
        timely=timely,
        tasks=tasks,
        owns=ground.deliveries.owns,
    )
    tasks.spawn(pulling.run(), "pull")
    return Acts(
        door=front.door,
        desk=front.desk,
        repeats=repeats,
        forwarding=Forwarding(
            ground.post,
            Addressing(store.mappings, settings, opaque, ground.secrets.derive_opaque),
            settings,
            Reports(
                record=ground.traffic.record,
                heard=front.liveness.heard,
                missed=front.liveness.missed,
                doubted=front.liveness.doubted,
            ),
            repeats=repeats,
            new_id=new_id,
        ),
        broadcasting=Broadcasting(store.objects, accepted),
        gathering=Gathering(store.objects, settings),
        aftermath=aftermath,
        observing=observing,
        auditing=auditing,
        answered=answered,
        index=store.index,
    )


def _verifying(ground: _Ground, callbacks: Callbacks) -> Verifying:
    verifying = Verifying(
        settings=ground.settings,
        roster=ground.front.roster,
        secrets=ground.secrets,
        store=ground.store.verifications,
        suite_version=suite_version(),
        open_callbacks=callbacks.open,
    )
    watch = Watch(ground.settings, ground.front.roster, verifying, ground.tasks, owns=ground.deliveries.owns)
    ground.tasks.spawn(watch.run(), "verify")
    return verifying


def _services(ground: _Ground, hub: Hub, acts: Acts, timely: Timely, signing_keys: SigningKeys) -> AdminServices:
    return AdminServices(
        apps=hub.apps,
        partners=ground.front.partners,
        store=ground.store,
        directory=ground.directory,
        catalog=ground.catalog,
        deliveries=ground.deliveries,
        traffic=ground.traffic,
        settings=ground.settings,
        secrets=ground.secrets,
        verifying=hub.verifying,
        auditing=acts.auditing,
        answered=acts.answered,
        clearing=Clearing(ground.store),
        rekeying=ground.front.rekeying,
        signing_keys=signing_keys,
        failures=ground.failures,
        session=ground.session,
        timely=timely,
    )


async def _look_for_keys(secrets: Secrets) -> None:
    """Another process may have changed the key file; what needs the newer key at once looks by itself."""
    while True:
        await asyncio.sleep(_LOOK_FOR_KEYS_EVERY_S)
        if secrets.refresh():
            structlog.get_logger().info("server_keys_changed", kid=secrets.kid)
