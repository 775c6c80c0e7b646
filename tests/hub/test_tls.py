"""Who is shown which certificate, who is trusted with which, and what is no TLS of today."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

import pytest

from hub.tls import CertificateUnusable, ClientTls, ServerTls, fingerprint_of, read_certificates, trust_alone
from tests.certificates import Made


@asynccontextmanager
async def serving(context: ssl.SSLContext) -> AsyncIterator[int]:
    """A server that says the fingerprint of whoever connects; gives its port."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.write(fingerprint_of(shown).encode() + b"\n")
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def connect(port: int, context: ssl.SSLContext) -> str:
    """What the server says; raises OSError when there is no connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    try:
        said = await reader.readline()
    finally:
        writer.close()
    if not said:
        raise ConnectionResetError
    return said.decode().strip()


async def refused(port: int, context: ssl.SSLContext) -> bool:
    """There is no connection."""
    try:
        await connect(port, context)
    except OSError:
        return True
    return False


@pytest.fixture
def own(tmp_path: Path) -> Made:
    """The hub's certificate."""
    return Made.new(tmp_path, "hub")


async def test_tls_of_today_alone(own: Made) -> None:
    """SEC-16: TLS 1.2 and 1.3 connect; 1.1, and suites without forward secrecy or authenticated encryption, do not."""
    async with serving(ServerTls(own.certificate, own.key).context) as port:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            client = trust_alone(own.certificate)
            client.minimum_version = client.maximum_version = version
            assert await connect(port, client) == ""
        for ciphers in ("AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"):
            weak = trust_alone(own.certificate)
            weak.maximum_version = ssl.TLSVersion.TLSv1_2
            weak.set_ciphers(ciphers)
            assert await refused(port, weak)
    assert ServerTls(own.certificate, own.key).context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert ClientTls().context.minimum_version is ssl.TLSVersion.TLSv1_2


async def test_a_new_certificate_is_shown_after_a_reload(own: Made, tmp_path: Path) -> None:
    """Without a restart; one that cannot be read leaves the old one in use."""
    server = ServerTls(own.certificate, own.key)
    newer = Made.new(tmp_path, "newer")
    async with serving(server.context) as port:
        own.certificate.write_text(newer.pem)
        with pytest.raises(CertificateUnusable, match="do not belong together"):
            server.reload()
        assert await refused(port, trust_alone(newer.certificate))

        own.key.write_text(newer.key.read_text())
        server.reload()

        assert await connect(port, trust_alone(newer.certificate)) == ""


async def test_callers_show_a_pinned_certificate_or_none(own: Made, tmp_path: Path) -> None:
    """Signed by itself or by some CA: it is known by itself; a stranger's ends the connection, none does not."""
    server = ServerTls(own.certificate, own.key)
    by_itself, authority = Made.new(tmp_path, "itself"), Made.new(tmp_path, "authority", ca=True)
    by_authority, sibling = (Made.new(tmp_path, name, by=authority) for name in ("partner", "sibling"))
    async with serving(server.context) as port:
        server.trust([by_itself.pem, by_authority.pem])

        assert await connect(port, trust_alone(own.certificate)) == ""
        for known in (by_itself, by_authority):
            client = trust_alone(own.certificate)
            client.load_cert_chain(known.certificate, known.key)
            assert await connect(port, client) == known.fingerprint
        stranger = trust_alone(own.certificate)
        stranger.load_cert_chain(sibling.certificate, sibling.key)
        assert await refused(port, stranger)


async def test_a_pinned_server_is_trusted_alone(own: Made, tmp_path: Path) -> None:
    """Its own certificate or its CA's; for this partner the public authorities count no more, nor does another name."""
    authority = Made.new(tmp_path, "authority", ca=True)
    partner, other = Made.new(tmp_path, "partner", by=authority), Made.new(tmp_path, "other")
    tls = ClientTls()
    async with serving(ServerTls(partner.certificate, partner.key).context) as port:
        assert await connect(port, tls.pinned(partner.pem)) == ""
        assert await connect(port, tls.pinned(authority.pem)) == ""
        assert await refused(port, tls.pinned(other.pem))
        assert await refused(port, tls.context)
        with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            await asyncio.open_connection(
                "127.0.0.1", port, ssl=tls.pinned(partner.pem), server_hostname="partner.example"
            )


async def test_the_hub_shows_its_own_certificate_when_it_calls(own: Made, tmp_path: Path) -> None:
    """To pinned partners and to others, if they ask for one."""
    partner = Made.new(tmp_path, "partner")
    server = ServerTls(partner.certificate, partner.key)
    server.trust([own.pem])
    tls = ClientTls(own.certificate, own.key)
    async with serving(server.context) as port:
        assert await connect(port, tls.pinned(partner.pem)) == own.fingerprint


def test_a_certificate_in_words(own: Made) -> None:
    """Its fingerprint, its subject, its end."""
    (read,) = read_certificates(own.pem)

    assert (read.fingerprint, read.subject) == (own.fingerprint, "CN=hub")
    assert read.not_after == own.signed.not_valid_after_utc.astimezone(UTC)


def test_what_is_no_certificate_is_refused(own: Made, tmp_path: Path) -> None:
    """A key, above all, is not kept by mistake, and quoted nowhere."""
    for pem, said in (
        ("", "no certificate in PEM"),
        ("hello", "no certificate in PEM"),
        (own.pem.replace("M", "N", 5), "no certificate in PEM"),
        (own.pem + own.key.read_text(), "private key"),
        (own.pem * 9, "at most 8"),
    ):
        with pytest.raises(CertificateUnusable, match=said) as error:
            read_certificates(pem)
        assert own.key.read_text().splitlines()[1] not in str(error.value)
    for pair in ((own.key, own.key), (tmp_path / "none.pem", own.key), (own.certificate, own.certificate)):
        with pytest.raises(CertificateUnusable):
            ServerTls(*pair)
    with pytest.raises(CertificateUnusable):
        trust_alone(tmp_path / "none.pem")
