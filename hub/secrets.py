"""The hub's secrets: its server keys, what it makes of credentials tokens, and the random texts it gives out.

One key is in use; older ones (and the next one, where keys come from the environment) are accepted beside it, so that a change
of the key interrupts nobody. Whatever a key made names that key.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.key_file import KEY_FILE, SecretKeyUnusable, add_key, drop_keys, read_keys

_NONCE_BYTES = 12
_TOKEN_BYTES = 48
_OPAQUE_BYTES = 16
_HASHED_MAX = 4096
"""Tokens whose HMAC is remembered: a partner presents the same one with every message."""


class SealBroken(Exception):
    """A sealed token does not open: another server key made it, or it belongs to another platform or was changed."""


class _Key:
    """One server key and everything that is derived from it."""

    __slots__ = (
        "admin",
        "app",
        "cursor",
        "hash",
        "kid",
        "opaque",
        "seal",
        "server_key",
        "verdict",
        "verdict_kid",
        "verdict_public",
    )

    def __init__(self, server_key: bytes) -> None:
        self.server_key = server_key
        self.kid = _derive(server_key, "key id")[:4].hex()
        self.hash = _derive(server_key, "credentials_token hash")
        self.opaque = _derive(server_key, "opaque address")
        self.seal = AESGCM(_derive(server_key, "credentials_token seal"))
        self.admin = _derive(server_key, "admin JWT")
        self.app = _derive(server_key, "app JWT")
        self.cursor = _derive(server_key, "app cursor")
        self.verdict = Ed25519PrivateKey.from_private_bytes(_derive(server_key, "verdict signature"))
        self.verdict_public = self.verdict.public_key().public_bytes_raw()
        self.verdict_kid = hashlib.sha256(self.verdict_public).hexdigest()[:16]

    def hash_token(self, credentials_token: str) -> str:
        return f"{self.kid}.{hmac.new(self.hash, credentials_token.encode(), hashlib.sha256).hexdigest()}"

    def bound_to(self, platform_id: str) -> bytes:
        return f"{self.kid}.{platform_id}".encode()


class Secrets:
    """Everything that is derived from the server keys; shows nothing of them."""

    __slots__ = ("_current", "_hashes", "_keys", "_path", "_read")

    def __init__(self, *keys: bytes, path: Path | None = None) -> None:
        """Derive from `keys`, the one in use first: each at least 32 bytes, random or a long passphrase.

        `path` is the file that they come from, to be read again by `refresh`.
        """
        self._path = path
        self._read: tuple[int, int] | None = None
        self._take(keys)

    @classmethod
    def load(cls, secret_key: str, data_path: Path, others: str = "") -> Self:
        """Use `secret_key` (HUB_SECRET_KEY), or when it is empty the key file in `data_path`, made at the first start.

        `others` are more keys that are accepted, divided by commas (HUB_SECRET_KEYS_OTHER; with `secret_key` alone).
        Raises SecretKeyUnusable with a sentence that says what to do.
        """
        if secret_key:
            return cls(*(key.encode() for key in (secret_key, *others.split(",")) if key))
        path = data_path / KEY_FILE
        return cls(*read_keys(path), path=path)

    def refresh(self) -> bool:
        """Read the key file again if it was changed since; tells whether the keys are others now.

        A file that cannot be used at this moment leaves everything as it is.
        """
        state = _state_of(self._path)
        if self._path is None or state is None or state == self._read:
            return False
        try:
            keys = read_keys(self._path)
        except SecretKeyUnusable:
            return False
        self._read = state
        before = self.kids
        self._take(keys)
        return self.kids != before

    def rotate(self) -> str:
        """Put a new key into the key file and use it from now on; returns its id. The older ones are still accepted.

        Raises SecretKeyUnusable when the keys come from the environment.
        """
        add_key(self._file())
        self.refresh()
        return self.kid

    def retire(self, kids: Sequence[str]) -> None:
        """Take keys out of the key file; what they made is worth nothing then. Raises SecretKeyUnusable."""
        drop_keys(self._file(), [key.server_key for key in self._keys if key.kid in kids])
        self.refresh()

    def __repr__(self) -> str:
        return f"Secrets(kid={self.kid!r})"

    @property
    def kid(self) -> str:
        """Tells the server key in use from another; not secret."""
        return self._current.kid

    @property
    def kids(self) -> tuple[str, ...]:
        """Of every key that is accepted, the one in use first."""
        return tuple(key.kid for key in self._keys)

    @property
    def in_file(self) -> bool:
        """The keys are in the key file, where the hub itself can change them."""
        return self._path is not None

    @property
    def admin_key(self) -> bytes:
        """Signs the tokens of the admin API (HS256)."""
        return self._current.admin

    @property
    def admin_keys(self) -> tuple[bytes, ...]:
        """Of every accepted key: which one signed a token is not asked of the token."""
        return tuple(key.admin for key in self._keys)

    @property
    def app_key(self) -> bytes:
        """Signs the tokens of eMSP apps (HS256)."""
        return self._current.app

    @property
    def app_keys(self) -> tuple[bytes, ...]:
        """Of every accepted key."""
        return tuple(key.app for key in self._keys)

    @property
    def cursor_keys(self) -> tuple[bytes, ...]:
        """Of every accepted key: the first signs where a page of an app's list ended."""
        return tuple(key.cursor for key in self._keys)

    @property
    def verdict_kid(self) -> str:
        """Names the key that `sign_verdict` uses."""
        return self._current.verdict_kid

    @property
    def verdict_public_keys(self) -> Mapping[str, bytes]:
        """Key id -> what checks the signatures of `sign_verdict` under each accepted key; published."""
        return {key.verdict_kid: key.verdict_public for key in self._keys}

    def hash_token(self, credentials_token: str) -> str:
        """Return `kid.HMAC-SHA256` of a token: all that is stored of a token that this hub issued."""
        return self._current.hash_token(credentials_token)

    def hashes(self, credentials_token: str) -> tuple[str, ...]:
        """How it may be stored: under every accepted key, the one in use first."""
        return self._hashes(credentials_token)

    def derive_opaque(self, text: str) -> str:
        """Return the last segment of an address, the same for the same text; only who has the server key can tell it."""
        return _write(hmac.new(self._current.opaque, text.encode(), hashlib.sha256).digest()[:_OPAQUE_BYTES])

    def sign_verdict(self, verdict: bytes) -> bytes:
        """Return the Ed25519 signature (64 bytes)."""
        return self._current.verdict.sign(verdict)

    def seal(self, credentials_token: str, platform_id: str) -> str:
        """Encrypt a token that a partner issued, bound to its platform: `kid.nonce.ciphertext`, AES-256-GCM."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._current.seal.encrypt(nonce, credentials_token.encode(), self._current.bound_to(platform_id))
        return f"{self.kid}.{_write(nonce)}.{_write(sealed)}"

    def unseal(self, sealed: str, platform_id: str) -> str:
        """Return the token; raises SealBroken unless it was sealed with an accepted key for this platform."""
        kid, _, rest = sealed.partition(".")
        key = self._find(kid) or (self._find(kid) if self.refresh() else None)
        if key is None:
            raise SealBroken(
                "this token was sealed with another server key: set HUB_SECRET_KEY or secret.key back to it"
            )
        nonce, _, ciphertext = rest.partition(".")
        try:
            opened = key.seal.decrypt(_read(nonce), _read(ciphertext), key.bound_to(platform_id))
        except (InvalidTag, ValueError):
            raise SealBroken("this sealed token was changed, or belongs to another platform") from None
        return opened.decode()

    def resealed(self, sealed: str, platform_id: str) -> str:
        """The same token under the key in use; the same text when it is so already, or when nothing is sealed."""
        if not sealed or sealed.partition(".")[0] == self.kid:
            return sealed
        return self.seal(self.unseal(sealed, platform_id), platform_id)

    def _take(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(_Key(key) for key in dict.fromkeys(keys))
        self._current = self._keys[0]
        of = self._keys
        self._hashes = lru_cache(maxsize=_HASHED_MAX)(lambda token: tuple(key.hash_token(token) for key in of))

    def _find(self, kid: str) -> _Key | None:
        return next((key for key in self._keys if key.kid == kid), None)

    def _file(self) -> Path:
        if self._path is None:
            raise SecretKeyUnusable(
                "the server key comes from HUB_SECRET_KEY, which the hub cannot change: put the new key there and the old "
                "one into HUB_SECRET_KEYS_OTHER, process by process"
            )
        return self._path


def new_token() -> str:
    """Return a new credentials token: 64 url-safe ASCII characters, 384 random bits.

    Source: OCPI 2.2.1, credentials, Credentials object (string(64), U+0021 to U+007E).
    """
    return secrets.token_urlsafe(_TOKEN_BYTES)


def opaque() -> str:
    """Return the last segment of an address that nobody can guess: 22 url-safe characters, 128 random bits."""
    return secrets.token_urlsafe(_OPAQUE_BYTES)


def key_of(made: str) -> str:
    """The id of the server key that made a hash or a seal."""
    return made.partition(".")[0]


def _state_of(path: Path | None) -> tuple[int, int] | None:
    """What changes with the file: its inode and the instant of its last change."""
    if path is None:
        return None
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _derive(key: bytes, use: str) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=b"ocpi-hub 1", info=use.encode()).derive(key)


def _write(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _read(written: str) -> bytes:
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
