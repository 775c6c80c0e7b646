"""Who may ask: apps by their token, each at its own rate; revoked ones are out in every process at once."""

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta

import structlog

from hub.apps import bearer
from hub.bearer import BearerRefused
from hub.clock import monotonic_s, new_id, now_utc
from hub.limits import Rates
from hub.store.app_access import App, AppStore
from hub.store.protocols import StoreUnavailable
from hub.wire.party import Party

_BURST_S = 2.0
_AGAIN_AFTER_S = 0.5


class Unauthenticated(Exception):
    """No token of an app that opens this now."""


class TooOften(Exception):
    """The app asks more often than it may; `retry_after_s` is when it may again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many requests: again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Access:
    """Knows every app in memory; `reload` after each change by any process."""

    def __init__(
        self,
        store: AppStore,
        keys: Callable[[], Sequence[bytes]],
        *,
        per_s: float,
        now: Callable[[], datetime] = now_utc,
        monotonic: Callable[[], float] = monotonic_s,
    ) -> None:
        """`per_s` requests a second for each app, in this process."""
        self._store = store
        self._keys = keys
        self._per_s = per_s
        self._most = max(1.0, per_s * _BURST_S)
        self._rates = Rates(per_s, self._most)
        self._now = now
        self._monotonic = monotonic
        self._apps: dict[str, App] = {}
        self._watches: list[Callable[[], None]] = []

    @property
    def burst(self) -> int:
        """How many requests an app may make at once after a pause; they come back at `per_s` a second."""
        return int(self._most)

    @property
    def per_s(self) -> float:
        """Requests a second of each app."""
        return self._per_s

    def watch(self, watch: Callable[[], None]) -> None:
        """Have `watch` called whenever apps were read anew; it must return at once."""
        self._watches.append(watch)

    async def reload(self) -> None:
        """Read all apps."""
        self._apps = {app.app_id: app for app in await self._store.all()}
        for watch in self._watches:
            watch()

    async def follow(self) -> None:
        """Read all apps after every change by any process; runs until cancelled."""
        while True:
            try:
                async with aclosing(self._store.changes()) as changes:
                    async for _ in changes:
                        await self.reload()
            except StoreUnavailable as error:
                structlog.get_logger().warning("apps_not_followed", reason=str(error))
            await asyncio.sleep(_AGAIN_AFTER_S)

    async def create(self, name: str, emsp: Party, life: timedelta, by: str) -> tuple[App, str]:
        """A new app and its token, which is shown this once. Raises NameTaken, or ValueError for a bad life."""
        now = self._now()
        app = App(app_id=new_id(), name=name, emsp=emsp, created_at=now, expires_at=now + life, created_by=by)
        token = bearer.mint(self._keys()[0], app_id=app.app_id, now=now, expires_at=app.expires_at)
        await self._store.add(app)
        await self.reload()
        return app, token

    async def revoke(self, app_id: str) -> bool:
        """End an app for good; tells whether it was live."""
        revoked = await self._store.revoke(app_id, self._now())
        await self.reload()
        return revoked

    def all(self) -> list[App]:
        """Every app, by creation."""
        return list(self._apps.values())

    def admit(self, authorization: list[str]) -> App:
        """The app that asks, by all Authorization headers; raises Unauthenticated or TooOften."""
        scheme, _, token = authorization[0].partition(" ") if len(authorization) == 1 else ("", "", "")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated("this needs the token of an app: Authorization: Bearer")
        try:
            app = self._apps.get(bearer.check(self._keys(), token.strip()))
        except BearerRefused as refused:
            raise Unauthenticated(str(refused)) from None
        if app is None or not app.live(self._now()):
            raise Unauthenticated("this app's token was revoked")
        wait_s = self._rates.take(app.app_id, self._monotonic())
        if wait_s:
            raise TooOften(max(1, math.ceil(wait_s)))
        return app

    def is_live(self, app_id: str) -> bool:
        """Does the app's token still open something?"""
        app = self._apps.get(app_id)
        return app is not None and app.live(self._now())

    def left(self, app_id: str) -> int:
        """How many requests an app may make at once now."""
        return int(self._rates.left(app_id, self._monotonic()))
