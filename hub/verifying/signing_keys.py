"""The public keys with which anybody checks the hub's signatures: those in use, and every one before, for good."""

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from hub import verdicts
from hub.clock import monotonic_s, now_utc
from hub.secrets import SealBroken, Secrets
from hub.store.guarding import SigningKey, SigningKeyStore
from hub.store.protocols import StoreUnavailable

_KEPT_S = 10.0
_BOUND_TO = "signing key "


class SigningKeys:
    """Keeps and publishes them."""

    def __init__(self, store: SigningKeyStore, secrets: Secrets, now: Callable[[], datetime] = now_utc) -> None:
        self._store = store
        self._secrets = secrets
        self._now = now
        self._older: dict[str, bytes] = {}
        self._read_s = -_KEPT_S

    async def keep(self) -> None:
        """Keep the keys of the accepted server keys, and seal those of older ones anew. Raises StoreUnavailable."""
        known = await self._open()
        for kid, key in {**known, **self._secrets.verdict_public_keys}.items():
            sealed = self._secrets.seal(base64.b64encode(key).decode(), _BOUND_TO + kid)
            await self._store.put(SigningKey(kid=kid, sealed=sealed, since=self._now()))
        self._older = known

    async def document(self) -> dict[str, Any]:
        """The JSON Web Key Set; while the database is away, of what was read before."""
        if monotonic_s() - self._read_s >= _KEPT_S:
            try:
                self._older = await self._open()
            except StoreUnavailable as error:
                structlog.get_logger().warning("signing_keys_not_read", reason=str(error))
            self._read_s = monotonic_s()
        return verdicts.published({**self._secrets.verdict_public_keys, **self._older})

    async def _open(self) -> dict[str, bytes]:
        opened: dict[str, bytes] = {}
        for one in await self._store.all():
            try:
                opened[one.kid] = base64.b64decode(self._secrets.unseal(one.sealed, _BOUND_TO + one.kid))
            except SealBroken as error:
                structlog.get_logger().error("signing_key_unusable", kid=one.kid, reason=str(error))
        return opened
