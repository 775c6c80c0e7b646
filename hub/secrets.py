"""The hub's secrets: its server key, what it makes of credentials tokens, and the random texts it gives out."""

import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_FILE = "secret.key"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_TOKEN_BYTES = 48
_OPAQUE_BYTES = 16


class SecretKeyUnusable(Exception):
    """The server key cannot be read, made or trusted; the message says what a person can do about it."""


class SealBroken(Exception):
    """A sealed token does not open: another server key made it, or it belongs to another platform or was changed."""


class Secrets:
    """Everything that is derived from the server key; shows nothing of it."""

    __slots__ = (
        "_hash_key",
        "_opaque_key",
        "_seal",
        "_verdict_key",
        "admin_key",
        "app_key",
        "cursor_key",
        "kid",
        "verdict_kid",
        "verdict_public_key",
    )

    def __init__(self, key: bytes) -> None:
        """Derive a key for each use from `key`: at least 32 bytes, random or a long passphrase."""
        self._hash_key = _derive(key, "credentials_token hash")
        self._opaque_key = _derive(key, "opaque address")
        self._seal = AESGCM(_derive(key, "credentials_token seal"))
        self.admin_key = _derive(key, "admin JWT")
        """Signs the tokens of the admin API (HS256)."""
        self.app_key = _derive(key, "app JWT")
        """Signs the tokens of eMSP apps (HS256)."""
        self.cursor_key = _derive(key, "app cursor")
        """Signs where a page of an app's list ended."""
        self.kid = _derive(key, "key id")[:4].hex()
        """Tells this server key from another; not secret."""
        self._verdict_key = Ed25519PrivateKey.from_private_bytes(_derive(key, "verdict signature"))
        self.verdict_public_key = self._verdict_key.public_key().public_bytes_raw()
        """Checks what `sign_verdict` signed; published."""
        self.verdict_kid = hashlib.sha256(self.verdict_public_key).hexdigest()[:16]

    @classmethod
    def load(cls, secret_key: str, data_path: Path) -> Self:
        """Use `secret_key` (HUB_SECRET_KEY), or when it is empty the key file in `data_path`, made at the first start.

        Raises SecretKeyUnusable with a sentence that says what to do.
        """
        return cls(secret_key.encode() if secret_key else _key_of_file(data_path / KEY_FILE))

    def __repr__(self) -> str:
        return f"Secrets(kid={self.kid!r})"

    def hash_token(self, credentials_token: str) -> str:
        """Return the HMAC-SHA256 of a token, in hex: all that is stored of a token that this hub issued."""
        return hmac.new(self._hash_key, credentials_token.encode(), hashlib.sha256).hexdigest()

    def derive_opaque(self, text: str) -> str:
        """Return the last segment of an address, the same for the same text; only who has the server key can tell it."""
        return _write(hmac.new(self._opaque_key, text.encode(), hashlib.sha256).digest()[:_OPAQUE_BYTES])

    def sign_verdict(self, verdict: bytes) -> bytes:
        """Return the Ed25519 signature (64 bytes)."""
        return self._verdict_key.sign(verdict)

    def seal(self, credentials_token: str, platform_id: str) -> str:
        """Encrypt a token that a partner issued, bound to its platform: `kid.nonce.ciphertext`, AES-256-GCM."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._seal.encrypt(nonce, credentials_token.encode(), self._bound_to(platform_id))
        return f"{self.kid}.{_write(nonce)}.{_write(sealed)}"

    def unseal(self, sealed: str, platform_id: str) -> str:
        """Return the token; raises SealBroken unless it was sealed with this key for this platform."""
        kid, _, rest = sealed.partition(".")
        if kid != self.kid:
            raise SealBroken(
                "this token was sealed with another server key: set HUB_SECRET_KEY or secret.key back to it"
            )
        nonce, _, ciphertext = rest.partition(".")
        try:
            opened = self._seal.decrypt(_read(nonce), _read(ciphertext), self._bound_to(platform_id))
        except (InvalidTag, ValueError):
            raise SealBroken("this sealed token was changed, or belongs to another platform") from None
        return opened.decode()

    def _bound_to(self, platform_id: str) -> bytes:
        return f"{self.kid}.{platform_id}".encode()


def new_token() -> str:
    """Return a new credentials token: 64 url-safe ASCII characters, 384 random bits.

    Source: OCPI 2.2.1, credentials, Credentials object (string(64), U+0021 to U+007E).
    """
    return secrets.token_urlsafe(_TOKEN_BYTES)


def opaque() -> str:
    """Return the last segment of an address that nobody can guess: 22 url-safe characters, 128 random bits."""
    return secrets.token_urlsafe(_OPAQUE_BYTES)


def _derive(key: bytes, use: str) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=b"ocpi-hub 1", info=use.encode()).derive(key)


def _write(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _read(written: str) -> bytes:
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


def _key_of_file(path: Path) -> bytes:
    try:
        if not path.exists():
            _create(path)
        if (mode := path.stat().st_mode) & 0o077:
            raise SecretKeyUnusable(
                f"others on this machine may read the hub's key {path} (mode {mode & 0o777:04o}): run chmod 600 on it"
            )
        key = bytes.fromhex(path.read_text())
    except OSError as error:
        raise SecretKeyUnusable(
            f"the hub cannot keep its key in {path} ({error.strerror}): set HUB_SECRET_KEY, or HUB_DATA_DIR to a folder "
            "that it may write"
        ) from None
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise SecretKeyUnusable(f"{path} holds no key of this hub (64 hex digits): put the right file back")
    return key


def _create(path: Path) -> None:
    """Put a new key on the disk before its name appears; when two processes start at once, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=KEY_FILE)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        if not path.exists():
            _link(draft, path)
    finally:
        Path(draft).unlink()


def _link(draft: str, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
