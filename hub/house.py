"""A hub that is put together: its doors, and how it begins and ends to serve."""

import asyncio
import os
from collections.abc import Callable, Sequence
from importlib.metadata import version

import structlog
from aiohttp import web

import modules
from hub.admin import address as admin_address
from hub.apps.api.app import PREFIX as APPS_PREFIX
from hub.apps.api.app import ROUTES as APPS_ROUTES
from hub.apps.api.app import apps_app
from hub.apps.api.front import AppsFront
from hub.apps.api.streams import STOPS
from hub.config import Settings
from hub.delivery.worker import Deliveries
from hub.incoming.connection import Listening
from hub.limits import Network, read_networks
from hub.openapi import at, ocpi_document
from hub.openapi_apps import apps_document
from hub.partners.front import Front
from hub.partners.office import Partners
from hub.partners.rekeying import Rekeying
from hub.pipeline import Pipeline
from hub.registry import Directory
from hub.secrets import Secrets
from hub.store.protocols import Store, StoreUnavailable
from hub.tls import CertificateUnusable, ServerTls
from hub.traffic import Traffic
from hub.verifying.callbacks import CONTRACT_RUN, Callbacks
from hub.verifying.office import Verifying
from hub.verifying.signing_keys import SigningKeys
from hub.web import MakeListening, Runner, add_docs, add_health, add_keys, add_ocpi, hide_software

_DRAIN_S = 10.0
_LINGER_MAX_S = 10.0
"""For a client to read why its request was refused, while the rest of that still comes."""
_WAITING_CONNECTIONS_MAX = 1024
"""Made and not yet looked at: with fewer, a burst of partners would wait for seconds until their systems knock again."""


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
        self._pipeline: Pipeline
        self._trusted: Sequence[Network] = ()
        self._runners: list[web.AppRunner] = []
        self.admin_url = ""
        """Where the operators' listener answers, once `serve` was called."""
        self._tls = _server_tls(settings)
        self._stopping = self._announced = False

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
        for app in (self._web, admin):
            hide_software(app)
        self._pipeline = pipeline
        self._trusted = read_networks(self.settings.trusted_proxies)
        add_ocpi(self._web, pipeline, self.settings.read_timeout_s, self._trusted)
        add_health(self._web, healthy=self._why_not_healthy, ready=self._why_not_ready, index=lambda: self.apps.trouble)
        add_keys(self._web, keys.document)
        add_docs(self._web, documents(self.settings))
        self._web.router.add_route("*", CONTRACT_RUN, callbacks.pass_on)
        self._web.add_subapp(APPS_PREFIX, apps_app(self.apps.office))
        self._admin = admin

    async def serve(self, host: str, port: int, *, share_port: bool = False) -> None:
        """Listen for partners, and for operators; say where for hubctl, unless the ports are shared (then the parent does).

        A connection that says nothing is closed after read_timeout_s. Raises OSError, which names the operators' address if that
        is the one that cannot be had.
        """
        settings = self.settings
        await self._listen(self._web, host, port, share_port, self._ocpi)
        try:
            at = await self._listen(self._admin, settings.admin_host, settings.admin_port, share_port)
        except OSError as error:
            where = f"{settings.admin_host}:{settings.admin_port}"
            raise OSError(error.errno, os.strerror(error.errno or 0), where) from None
        self.admin_url = reachable_url(settings, at)
        if not share_port:
            admin_address.write(settings.data_path, self.admin_url, settings.public_url)
            self._announced = True

    def _ocpi(self, others: Callable[[], asyncio.Protocol]) -> Listening:
        return Listening(
            handle=self._pipeline.handle,
            others=others,
            trusted=self._trusted,
            header_timeout_s=self.settings.header_timeout_s,
            body_timeout_s=self.settings.read_timeout_s,
            silence_s=self.settings.read_timeout_s,
            linger_s=self._linger_s,
        )

    @property
    def _linger_s(self) -> float:
        return min(_LINGER_MAX_S, self.settings.read_timeout_s)

    async def _listen(
        self, app: web.Application, host: str, port: int, share_port: bool, ocpi: MakeListening | None = None
    ) -> int:
        runner = Runner(
            app,
            ocpi=ocpi,
            header_timeout_s=self.settings.header_timeout_s,
            access_log=None,
            keepalive_timeout=self.settings.read_timeout_s,
            lingering_time=self._linger_s,
            shutdown_timeout=_DRAIN_S,
            auto_decompress=False,
        )
        self._runners.append(runner)
        await runner.setup()
        tls = self._tls.context if self._tls else None
        site = web.TCPSite(
            runner, host, port, reuse_port=share_port or None, ssl_context=tls, backlog=_WAITING_CONNECTIONS_MAX
        )
        await site.start()
        return int(runner.addresses[0][1])

    async def close(self) -> None:
        """Stop listening; requests under way may end."""
        self._stopping = True
        if self._announced:
            admin_address.remove(self.settings.data_path)
        if self._runners:
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
