"""A hub that ends TLS itself, and a partner with whom certificates were agreed on in both directions."""

import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from aiohttp import ClientConnectionError, ClientSession, TCPConnector, web

from hub.clock import now_utc
from hub.config import Settings
from hub.store.embedded import free_port
from hub.tls import trust_alone
from tests import words
from tests.certificates import Made
from tests.operating import Operator
from tests.running import RunningHub, running_hub
from tests.whole import raw_http
from tests.whole.platforms import R, Scripted


class Secured(Scripted):
    """A partner whose server asks for the hub's certificate, and that shows its own to the hub."""

    def __init__(self, role: str, hub: Made, own: Made, *, shows: Made | None) -> None:
        super().__init__(role)
        self._hub, self._own, self._shows = hub, own, shows
        self.seen: set[str] = set()

    @property
    def url(self) -> str:
        """As always, with https."""
        return f"https://{self.host}:{self.port}"

    async def start(self) -> None:
        """Listen with TLS, call with TLS."""
        server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=self._hub.certificate)
        server.load_cert_chain(self._own.certificate, self._own.key)
        server.verify_mode = ssl.CERT_REQUIRED
        server.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port, ssl_context=server).start()
        self.port = self._runner.addresses[0][1]
        await self.shows(self._shows)

    async def shows(self, certificate: Made | None) -> None:
        """Call with this one from now on."""
        client = trust_alone(self._hub.certificate)
        if certificate is not None:
            client.load_cert_chain(certificate.certificate, certificate.key)
        if self._session is not None:
            await self._session.close()
        self._session = ClientSession(connector=TCPConnector(ssl=client, force_close=True))


@pytest.fixture(autouse=True)
def _no_log_of_the_hub() -> Iterator[None]:
    """Hub and hubctl share this process: without this the hub's log lines would be among hubctl's output."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.fixture
def own(tmp_path: Path) -> Made:
    """The hub's certificate, in both directions."""
    return Made.new(tmp_path, "hub")


@pytest.fixture
async def hub(settings: Settings, mongodb_url: str, own: Made) -> AsyncIterator[RunningHub]:
    """It serves https and no http."""
    port = free_port()
    async with running_hub(
        settings,
        mongodb_url,
        public_url=f"https://127.0.0.1:{port}",
        tls_certificate_file=own.certificate,
        tls_key_file=own.key,
        client_certificate_file=own.certificate,
        client_key_file=own.key,
        port=port,
    ) as running:
        yield running


@pytest.fixture
async def operator(hub: RunningHub) -> AsyncIterator[Operator]:
    """hubctl on the hub's machine."""
    async with ClientSession() as http:
        yield Operator(hub.settings, http)


async def test_https_and_nothing_else(hub: RunningHub, operator: Operator, own: Made) -> None:
    """Plain HTTP is no answer; hubctl on the same machine knows the certificate by its file, whatever name it has."""
    environment = {"HUB_TLS_CERTIFICATE_FILE": str(own.certificate), "HUB_TLS_KEY_FILE": str(own.key)}

    status = await operator.hubctl("status", "--json", **environment)
    plain = await raw_http.exchange_until_closed(
        hub.versions_url, raw_http.request("GET", "/ocpi/versions", [("Connection", "close")])
    )

    assert status.json["hub"]["versions_url"] == hub.versions_url
    assert b"HTTP/1.1 200" not in plain
    async with ClientSession() as stranger:
        with pytest.raises(ClientConnectionError):
            await stranger.get(hub.versions_url)


async def test_certificates_in_both_directions(hub: RunningHub, operator: Operator, own: Made, tmp_path: Path) -> None:
    """A right token under no or another partner's certificate is 401; with its own, messages flow, hub to partner too."""
    environment = {"HUB_TLS_CERTIFICATE_FILE": str(own.certificate), "HUB_TLS_KEY_FILE": str(own.key)}
    cpo_cert, emsp_cert = Made.new(tmp_path, "cpa"), Made.new(tmp_path, "ema")
    async with (
        Secured("NL/CPA/CPO", own, cpo_cert, shows=cpo_cert) as cpo,
        Secured("DE/EMA/EMSP", own, emsp_cert, shows=emsp_cert) as emsp,
    ):
        for partner, certificate in ((cpo, cpo_cert), (emsp, emsp_cert)):
            token_a = await hub.invite(partner.name, *partner.roles)
            file = str(certificate.certificate)
            pinned = await operator.hubctl(
                "partner", "certificates", partner.name, "--client", file, "--server", file, "--json", **environment
            )
            assert pinned.json["client"][0]["fingerprint"] == certificate.fingerprint
            await partner.register(hub.versions_url, token_a)

        sent = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP)
        statuses = {}
        for name, shown in (("none", None), ("another partner's", emsp_cert), ("its own", cpo_cert)):
            await cpo.shows(shown)
            statuses[name] = (await cpo.call("GET", hub.versions_url)).status
        token = hub.hub.partners.find("NL-CPA").name
        taken = await operator.hubctl("partner", "certificates", token, "--client", "none", "--json", **environment)
        await cpo.shows(None)
        statuses["none, when none is needed"] = (await cpo.call("GET", hub.versions_url)).status

    assert sent.status_code == 1000
    assert len(emsp.got("sessions")) == 1
    assert statuses == {"none": 401, "another partner's": 401, "its own": 200, "none, when none is needed": 200}
    assert (taken.json["client"], len(taken.json["server"])) == ([], 1)


async def test_another_server_certificate_is_no_partner(hub: RunningHub, own: Made, tmp_path: Path) -> None:
    """The hub does not send its token to a server that shows another certificate than was agreed on: 3001."""
    right, wrong = Made.new(tmp_path, "right"), Made.new(tmp_path, "wrong")
    async with Secured("NL/CPA/CPO", own, wrong, shows=None) as cpo, ClientSession() as http:
        token_a = await hub.invite(cpo.name, *cpo.roles)
        operator = Operator(hub.settings, http)
        environment = {"HUB_TLS_CERTIFICATE_FILE": str(own.certificate), "HUB_TLS_KEY_FILE": str(own.key)}
        await operator.hubctl("partner", "certificates", cpo.name, "--server", str(right.certificate), **environment)

        with pytest.raises(Exception, match="3001"):
            await cpo.register(hub.versions_url, token_a)

    assert list(cpo.requests) == []


async def test_a_renewed_certificate_without_a_restart(hub: RunningHub, own: Made, tmp_path: Path) -> None:
    """SIGHUP does this: who connects from now on sees the new one."""
    newer = Made.new(tmp_path, "newer")
    own.certificate.write_text(newer.pem)
    own.key.write_text(newer.key.read_text())

    hub.hub.reload()

    async with (
        ClientSession(connector=TCPConnector(ssl=trust_alone(newer.certificate))) as http,
        http.get(hub.versions_url) as answer,
    ):
        assert answer.status == 401
    assert newer.signed.not_valid_after_utc > now_utc()
