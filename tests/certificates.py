"""Certificates for tests: made at run time, signed by themselves or by each other."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.clock import now_utc


@dataclass(frozen=True, slots=True)
class Made:
    """A certificate and its key, in files."""

    certificate: Path
    key: Path
    signed: x509.Certificate
    secret: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        """The certificate."""
        return self.certificate.read_text()

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hex."""
        return self.signed.fingerprint(hashes.SHA256()).hex()

    @classmethod
    def new(cls, folder: Path, name: str, *, by: "Made | None" = None, ca: bool = False, days: int = 1) -> Self:
        """A certificate for `name`, localhost and 127.0.0.1, signed by `by` or by itself, good for `days` from yesterday on."""
        secret = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        signed = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by.signed.subject if by else subject)
            .public_key(secret.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now_utc() - timedelta(days=1))
            .not_valid_after(now_utc() + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .sign(by.secret if by else secret, hashes.SHA256())
        )
        made = cls(folder / f"{name}.pem", folder / f"{name}.key", signed, secret)
        made.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        made.key.write_bytes(
            secret.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return made
