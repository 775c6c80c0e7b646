"""Writes the request for a delivery: where it goes, as whom, in which version. Nothing is read but the directory."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from hub.catalog import Catalog
from hub.clock import now_utc
from hub.config import Settings
from hub.delivery.failed import delivery_id
from hub.delivery.item import Form, Item, Send, State, Target
from hub.delivery.receiver import Receiver
from hub.outbound import Outbound, compose, join
from hub.platform import Platform
from hub.registry import Directory
from hub.store.protocols import Leg, LegKind, ObjectKey, StoredObject
from hub.traffic import masked_path
from hub.translating import translate
from hub.wire import json_text
from hub.wire.headers import MessageIds, RoutingHeaders
from hub.wire.interface import Interface, Module, TimeoutClass, Version

_PATHS_MAX = 1000
_DIGEST_DIGITS = 12
_parse_receiver = lru_cache(maxsize=10_000)(Receiver.parse)


class NotWanted(Exception):
    """The receiver is gone, or an agreement no longer lets it have this: nothing is sent."""


class CannotWrite(Exception):
    """There is no way to send this; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A request, and its trace so far."""

    outbound: Outbound
    leg: Leg
    withdraws: bool


class Letters:
    """Turns what a lane wants sent into a request (checklist H1.25, H3.02, H3.25, H5.04)."""

    def __init__(
        self, directory: Callable[[], Directory], catalog: Catalog, settings: Settings, new_id: Callable[[], str]
    ) -> None:
        self._directory = directory
        self._catalog = catalog
        self._timeout_s = settings.timeout_s(TimeoutClass.OTHER)
        self._new_id = new_id
        self._paths: dict[tuple[ObjectKey, State], str] = {}

    def write(self, send: Send) -> Letter:
        """The request with ids of its own; raises NotWanted or CannotWrite."""
        directory = self._directory()
        item = send.item
        receiver = _parse_receiver(item.receiver)
        module = self._catalog.module(item.stored.key.module)
        platform = _receiving(directory, receiver, item, module)
        endpoint_url = directory.endpoint(platform, item.stored.key.module, Interface.RECEIVER)
        if endpoint_url is None:
            raise CannotWrite(f"the platform offers no RECEIVER interface of {item.stored.key.module}")
        method, suffix, body = self._content(send, module)
        ids = MessageIds(
            request_id=self._new_id(),
            correlation_id=(item.push or item.stored).correlation_id or self._new_id(),
        )
        outbound = compose(
            directory,
            platform,
            method=method,
            url=join(endpoint_url, suffix),
            body=translate(
                module,
                body,
                written=Version(item.stored.version),
                wanted=platform.version or Version.V2_2_1,
                emsp=receiver.party,
            ),
            timeout_s=self._timeout_s,
            ids=ids,
            routing=RoutingHeaders(to=receiver.party, sender=directory.hub) if receiver.party else None,
            delivery_id=_delivery_id(item.target, item.stored),
        )
        leg = Leg(
            at=now_utc(),
            kind=LegKind.OUT,
            correlation_id=ids.correlation_id,
            request_id=ids.request_id,
            method=method,
            module=item.stored.key.module,
            path=masked_path(item.stored.key.module, suffix),
            platform_id=platform.platform_id,
            sender=str(directory.hub),
            receiver=str(receiver.party or ""),
            note="" if item.push and send.form is Form.AS_IS else "the current object",
        )
        return Letter(outbound=outbound, leg=leg, withdraws=item.stored.withdrawn)

    def _content(self, send: Send, module: Module | None) -> tuple[str, str, bytes]:
        """Method, suffix and body: the owner's, or the current object's."""
        item = send.item
        if item.push is not None and send.form is Form.AS_IS:
            return item.push.method, item.push.suffix, item.push.body
        suffix = self._path(item, module)
        return ("DELETE", suffix, b"") if item.stored.withdrawn else ("PUT", suffix, item.stored.body)

    def _path(self, item: Item, module: Module | None) -> str:
        """Where the whole object goes; one object mostly goes to many receivers in a row."""
        known = (item.stored.key, item.state)
        suffix = self._paths.get(known)
        if suffix is None:
            if module is None or module.stored is None:
                raise CannotWrite(f"this hub cannot write a whole object of {item.stored.key.module}")
            suffix = module.stored.put_path(json_text.loads(item.stored.body))
            if len(self._paths) >= _PATHS_MAX:
                self._paths.clear()
            self._paths[known] = suffix
        return suffix


def _delivery_id(target: Target, stored: StoredObject) -> str:
    """The failed delivery's id for people, and the state: a push that is repeated, or sent again after a crash, keeps it."""
    digest = sha256(stored.body + (b"-" if stored.withdrawn else b"+")).hexdigest()
    return f"{delivery_id(target)}.{digest[:_DIGEST_DIGITS]}"


def _receiving(directory: Directory, receiver: Receiver, item: Item, module: Module | None) -> Platform:
    """The platform, when its party is still there and may still have the object."""
    platform = directory.platforms.get(receiver.platform_id)
    if platform is None:
        raise NotWanted
    if receiver.party is not None:
        if not platform.hosts(receiver.party):
            raise NotWanted
        if not directory.may_send(item.stored.key.owner, receiver.party, item.stored.key.module).allowed:
            raise NotWanted
    elif module is not None and module.functional:
        raise NotWanted
    return platform
