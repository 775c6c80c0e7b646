"""Objects and pushes for lanes: of one owner, for two parties of one platform."""

from collections.abc import Iterable

from hub.clock import now_utc
from hub.delivery.item import Item, Push
from hub.store.protocols import ObjectKey, StoredObject
from hub.wire.interface import ModuleId
from hub.wire.party import Party

OWNER = Party(country_code="NL", party_id="CPA")
RECEIVERS = ("p1:DE*EMA", "p1:DE*EMB")
AT = now_utc()


def key(name: str = "loc1") -> ObjectKey:
    """The key of a location."""
    return ObjectKey(module=ModuleId("locations"), owner=OWNER, object_id=name)


def stored(revision: int = 1, name: str = "loc1", behind: Iterable[str] = RECEIVERS, seq: int = 1) -> StoredObject:
    """One state of an object."""
    return StoredObject(
        key=key(name),
        body=b"{}",
        last_updated=AT,
        seq=seq,
        revision=revision,
        received_at=AT,
        changed_at=AT,
        behind=frozenset(behind),
    )


def item(revision: int = 1, name: str = "loc1", *, whole: bool = True, receiver: str = RECEIVERS[0]) -> Item:
    """A push of one state: a PUT of all, or a PATCH."""
    method = "PUT" if whole else "PATCH"
    push = Push(method=method, suffix=f"/{name}", body=b"{}", correlation_id="c", whole=whole)
    return Item(receiver, stored(revision, name), push)


def missed(found: Iterable[StoredObject]) -> list[Item]:
    """What a read of the store gives a lane."""
    return [Item(receiver, one) for one in found for receiver in sorted(one.behind)]
