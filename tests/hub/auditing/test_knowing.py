"""What the hub knows beside a CDR: what was pushed, if it was so when the session began; never a guess."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hub.auditing.knowing import known_of
from hub.money.checking.known import EvseKnown, Known, PartnerLimits, TokenKnown
from hub.store.cdr_records import PublishedTariff
from hub.store.protocols import ObjectKey, Store, StoredObject
from hub.wire.interface import ModuleId
from hub.wire.types import parse_datetime
from tests import words
from tests.hub.money.checking.cases import TARIFF, cdr
from tests.hub.money.sessions import Json

NOW = datetime(2024, 3, 2, tzinfo=UTC)
START = datetime(2024, 3, 1, 9, tzinfo=UTC)
BEFORE, AFTER = "2024-02-01T00:00:00Z", "2024-03-01T09:30:00Z"


class Kept:
    """Objects by key."""

    def __init__(self, *objects: StoredObject) -> None:
        self._objects: Mapping[str, StoredObject] = {str(one.key): one for one in objects}

    async def get(self, key: ObjectKey) -> StoredObject | None:
        """As the store."""
        return self._objects.get(str(key))


def stored(module: str, owner: Any, object_id: str, value: Json) -> StoredObject:
    """One object as its owner pushed it."""
    return StoredObject(
        key=ObjectKey(module=ModuleId(module), owner=owner, object_id=object_id),
        body=words.body(value),
        last_updated=parse_datetime(value["last_updated"]),
        received_at=NOW,
        changed_at=NOW,
    )


class History:
    """What tariff was published, whoever asks."""

    def __init__(self, tariff: Json | None) -> None:
        self._tariff = tariff
        self.asked: list[Any] = []

    async def at(self, *about: Any) -> PublishedTariff | None:
        """As the store."""
        self.asked.append(about)
        if self._tariff is None:
            return None
        return PublishedTariff(
            owner=words.CPO, tariff_id="t1", body=words.body(self._tariff), last_updated=START, received_at=START
        )


async def known(*objects: StoredObject, written: Any = None, history: History | None = None) -> Known:
    """What is known of a CDR."""
    store = cast(Store, SimpleNamespace(objects=Kept(*objects), tariff_history=history or History(None)))
    return await known_of(
        cdr() if written is None else written, words.CPO, words.EMSP, store, now=NOW, limits=PartnerLimits()
    )


async def test_nothing() -> None:
    """No object, no knowledge, whatever the CDR is."""
    odd: list[Any] = [None, {}, [], {"cdr_location": 1, "tariffs": [1], "charging_periods": {}}]
    for written in odd:
        found = await known(written=written)
        assert (found.time_zone, found.evse, found.token, found.connector_power_kw) == (None, None, None, None)


async def test_a_tariff() -> None:
    """As it was published when the session began; it is asked for once, by its folded id."""
    history = History(TARIFF)

    found = await known(history=history)

    assert history.asked == [(words.CPO, "t1", START)]
    assert found.published is not None
    assert found.published("NL*CPA", "T1", START) == TARIFF
    assert found.published("NL*CPA", "T2", START) is None


async def test_a_location() -> None:
    """Its time zone, what the connector gives at most, and the tariffs that it had."""
    found = await known(stored("locations", words.CPO, "loc1", words.location(last_updated=BEFORE)))

    assert (found.time_zone, found.connector_power_kw) == ("Europe/Amsterdam", Decimal(22))
    assert found.evse == EvseKnown(found=True, owned_by_sender=True, tariff_ids=["TARIFF1"])


async def test_a_location_that_changed_since() -> None:
    """Its place on earth is the same; what its connector cost then is not known."""
    found = await known(stored("locations", words.CPO, "loc1", words.location(last_updated=AFTER)))

    assert found.time_zone == "Europe/Amsterdam"
    assert found.evse == EvseKnown(found=True, owned_by_sender=True)


async def test_an_evse_that_is_not_there() -> None:
    """The location is known, and has no such EVSE."""
    found = await known(stored("locations", words.CPO, "loc1", words.location(evses=[])))

    assert found.evse == EvseKnown(found=False)


@pytest.mark.parametrize(
    ("changes", "valid"), [({"last_updated": BEFORE}, True), ({"valid": False}, False), ({"last_updated": AFTER}, None)]
)
async def test_a_token(changes: Json, valid: bool | None) -> None:
    """That its provider pushed: it is known and the receiver's, and was valid if it was so then."""
    token = words.token(last_updated=BEFORE) | changes
    found = await known(stored("tokens", words.EMSP, "rfid/012345678", token))

    assert found.token == TokenKnown(found=True, valid_at_start=valid, belongs_to_receiver=True)


async def test_a_broken_object_is_not_known() -> None:
    """What cannot be read says nothing."""
    broken = stored("locations", words.CPO, "loc1", words.location())
    from dataclasses import replace

    assert (await known(replace(broken, body=b"{"))).time_zone is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"party_id": "EMB"}, TokenKnown(found=True, belongs_to_receiver=False)),
        ({"country_code": "NL"}, TokenKnown(found=True, belongs_to_receiver=False)),
        ({"party_id": "ema"}, None),
        ({"party_id": None, "country_code": None}, None),
        ({"party_id": "?"}, None),
    ],
)
async def test_a_token_of_another_provider(changes: Json, said: TokenKnown | None) -> None:
    """SEC-13: whose token it is the CDR says itself, in any case; of one that names nobody nothing is concluded."""
    found = await known(written=cdr(cdr_token=words.cdr_token(**changes)))

    assert found.token == said
