"""TLS on both sides: what the hub shows when it is called and when it calls, whom it trusts, and certificates in words.

TLS 1.2 and newer, forward secrecy and authenticated encryption alone. Source: OCPI 2.2.1, transport_and_format, Security and
authentication ("does not require client-side certificates").
"""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
_CERTIFICATES_MAX = 8


class CertificateUnusable(Exception):
    """A certificate or its key cannot be read or used; the message says which and why, and shows nothing of a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One certificate, for people."""

    fingerprint: str
    """SHA-256 over the whole certificate, in hex."""
    subject: str
    not_after: datetime


def read_certificates(pem: str) -> list[Certificate]:
    """Read one or a few certificates in PEM; raises CertificateUnusable for anything else, a private key among it too."""
    if "PRIVATE KEY" in pem:
        raise CertificateUnusable("this holds a private key: give the certificate alone")
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise CertificateUnusable("this is no certificate in PEM form (-----BEGIN CERTIFICATE-----)") from None
    if len(found) > _CERTIFICATES_MAX:
        raise CertificateUnusable(f"these are {len(found)} certificates: give at most {_CERTIFICATES_MAX}")
    return [
        Certificate(
            fingerprint=one.fingerprint(hashes.SHA256()).hex(),
            subject=one.subject.rfc4514_string()[:200],
            not_after=one.not_valid_after_utc,
        )
        for one in found
    ]


class ServerTls:
    """The hub's own certificate for whoever calls it, and the certificates of partners that show one."""

    def __init__(self, certificate_file: Path, key_file: Path) -> None:
        """Raises CertificateUnusable."""
        self._files = (certificate_file, key_file)
        self._trusted: set[str] = set()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_ciphers(_CIPHERS)
        self.context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
        self.context.set_alpn_protocols(["http/1.1"])
        self.reload()

    def reload(self) -> None:
        """Read certificate and key again, for connections from now on; raises CertificateUnusable and keeps the old ones."""
        _load_chain(self.context, *self._files)

    def trust(self, pems: Iterable[str]) -> None:
        """Ask callers for a certificate, and take these; whose it must be is looked at with the credentials token."""
        for pem in set(pems) - self._trusted:
            _trust(self.context, pem)
            self.context.verify_mode = ssl.CERT_OPTIONAL
            self._trusted.add(pem)


class ClientTls:
    """What the hub shows when it calls, and which servers it trusts."""

    def __init__(self, certificate_file: Path | None = None, key_file: Path | None = None) -> None:
        """Raises CertificateUnusable."""
        self._files = (certificate_file, key_file)
        self.context = self._ready(ssl.create_default_context())
        self._pinned = lru_cache(maxsize=1024)(self._pin)

    def pinned(self, pem: str) -> ssl.SSLContext:
        """Trusts this certificate (or the CA that it is) and no other."""
        return self._pinned(pem)

    def _pin(self, pem: str) -> ssl.SSLContext:
        context = self._ready(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        _trust(context, pem)
        return context

    def _ready(self, context: ssl.SSLContext) -> ssl.SSLContext:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        certificate_file, key_file = self._files
        if certificate_file is not None:
            _load_chain(context, certificate_file, key_file)
        return context


def trust_alone(certificate_file: Path) -> ssl.SSLContext:
    """For a call to a server on this machine that shows this very certificate: its name does not matter.

    Raises CertificateUnusable.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    try:
        _trust(context, certificate_file.read_text())
    except OSError as error:
        raise CertificateUnusable(f"{certificate_file}: {error.strerror}") from None
    return context


def fingerprint_of(certificate: bytes | None) -> str:
    """SHA-256 of a certificate in DER form, in hex; empty for none."""
    if not certificate:
        return ""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(certificate)
    return digest.finalize().hex()


def _trust(context: ssl.SSLContext, pem: str) -> None:
    """Take a certificate as it is: it need not be a CA's."""
    try:
        context.load_verify_locations(cadata=pem)
    except ssl.SSLError:
        raise CertificateUnusable("this certificate cannot be trusted: TLS does not read it") from None
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN


def _load_chain(context: ssl.SSLContext, certificate_file: Path, key_file: Path | None) -> None:
    try:
        context.load_cert_chain(certificate_file, key_file)
    except ssl.SSLError as error:
        what = (
            "do not belong together"
            if error.reason == "KEY_VALUES_MISMATCH"
            else "are no certificate and its key in PEM"
        )
        raise CertificateUnusable(f"{certificate_file} and {key_file or certificate_file} {what}") from None
    except OSError as error:
        raise CertificateUnusable(f"{certificate_file} or {key_file or certificate_file}: {error.strerror}") from None
