"""Erasure: after it nothing in the whole database names the driver, and everything about others is as it was."""

import zlib
from typing import Any

import orjson
import pytest

from hub.store import indexes
from hub.store.driver import Database
from hub.store.guarding import ERASED, WITHOUT_DRIVERS, Subject
from hub.store.judgements import Verification
from hub.store.protocols import ObjectKey, Store
from hub.wire.interface import Learned, ModuleId
from hub.wire.party import Party
from tests import words
from tests.hub.store import samples
from tests.hub.store.samples import CPA, EMA, NOON

UID, CONTRACT, VISUAL = "04B7FF0AEE", "DE8EMAC12E46L89", "DF000-2001-8999-1"
OTHER_UID = "99B7FF0AEE"
EMB = Party.of("DE", "EMB")
TOKENS = ModuleId("tokens")


async def _keep(store: Store, database: Database) -> None:
    """A driver with two cards on one contract, in every place that may say so; and others, close by."""
    for owner, uid, contract in (
        (EMA, UID, CONTRACT),
        (EMA, "AA11", CONTRACT),
        (EMA, OTHER_UID, "DE-EMA-OTHER"),
        (EMB, UID, "DE-EMB-SAME-UID"),
    ):
        body = words.token(uid=uid, contract_id=contract, visual_number=VISUAL if uid == UID and owner == EMA else uid)
        key = ObjectKey(module=TOKENS, owner=owner, object_id=f"rfid/{uid.lower()}")
        await store.objects.save(samples.stored(key=key, body=words.body(body)))
        await store.index.learn([Learned("token", f"rfid/{uid.lower()}", owner)])
    allowed = [{"uid": UID, "type": "RFID"}, {"visual_number": VISUAL}, {"uid": OTHER_UID, "type": "RFID"}]
    location = words.location(publish=False, publish_allowed_to=allowed, power=words.number("1.50"))
    await store.objects.save(samples.stored(body=words.body(location)))
    await store.deliveries.record(
        samples.failed("d-1", key=ObjectKey(module=TOKENS, owner=EMA, object_id=f"rfid/{UID.lower()}"))
    )
    await store.deliveries.record(samples.failed("d-2", answer=f'{{"uid": "{UID}"}}', reason=f"no {CONTRACT} here"))
    await store.deliveries.record(samples.failed("d-3", answer=f"{OTHER_UID} {UID}X", reason="stays"))
    await store.mappings.add(samples.mapping("m-1", target_url=f"https://ema.example/results/{UID}"))
    await store.mappings.add(samples.mapping("m-2", target_url="https://ema.example/results/1"))
    report = zlib.compress(orjson.dumps({"results": [{"message": f"token {UID} of {CONTRACT}", "check_id": "TOK-1"}]}))
    run: dict[str, Any] = {"run_id": "r-1", "platform_id": "p", "side": "EMSP", "mode": "observe", "judged_at": NOON}
    await store.verifications.put(Verification(**run, suite_version="1.0", report=report, verdicts={}))
    await store.traces.append(
        [samples.leg("c-1", path=f"/nltnm-own/{UID}", note=f"for {CONTRACT}"), samples.leg("c-2")]
    )


async def _everything(database: Database) -> str:
    found = {name: await database[name].find().to_list(None) for name in await database.list_collection_names()}
    for run in found["verifications"]:
        run["report"] = zlib.decompress(run["report"])
    return repr(found)


@pytest.mark.parametrize(
    ("subject", "cards"),
    [(Subject(emsp=EMA, uid=UID.lower()), 1), (Subject(emsp=EMA, contract_id=CONTRACT), 2)],
    ids=["by a card", "by the contract"],
)
async def test_nothing_names_the_driver_any_more(
    store: Store, database: Database, subject: Subject, cards: int
) -> None:
    """Every place is looked through and counted; another driver, also one with the same uid elsewhere, stays."""
    await _keep(store, database)

    erased = await store.subjects.erase(subject)

    left = await _everything(database)
    assert erased == {
        "tokens": cards,
        "publish_allowed_to": 1,
        "index": cards,
        "deliveries": 2,
        "addresses": 1,
        "reports": 1,
        "traces": 1,
    }
    same_uid = await store.objects.get(ObjectKey(module=TOKENS, owner=EMB, object_id=f"rfid/{UID.lower()}"))
    assert same_uid is not None
    left = left.replace(repr(same_uid.body), "").replace(f"DE*EMB/rfid/{UID.lower()}", "")
    assert VISUAL not in left
    assert "stays" in left
    if cards == 2:
        assert CONTRACT not in left
    assert left.count(OTHER_UID) == 4
    assert await store.index.find("token", f"rfid/{UID.lower()}", None) == [EMB]
    assert await store.index.find("token", f"rfid/{OTHER_UID.lower()}", None) == [EMA]
    assert UID not in left.replace(f"{UID}X", "")


async def test_a_location_keeps_everything_else(store: Store, database: Database) -> None:
    """Number texts, other drivers, its owner's last_updated; who lacks it gets it as it is now."""
    await _keep(store, database)
    before = await store.objects.get(samples.stored().key)

    await store.subjects.erase(Subject(emsp=EMA, uid=UID))

    after = await store.objects.get(samples.stored().key)
    assert before is not None
    assert after is not None
    assert b'"power":1.50' in after.body.replace(b" ", b"")
    assert orjson.loads(after.body)["publish_allowed_to"] == [{"uid": OTHER_UID, "type": "RFID"}]
    assert (after.last_updated, after.revision, after.key.owner) == (before.last_updated, before.revision + 1, CPA)


async def test_erasing_again_finds_nothing(store: Store, database: Database) -> None:
    """And somebody whom nobody knows is no fault."""
    await _keep(store, database)
    await store.subjects.erase(Subject(emsp=EMA, contract_id=CONTRACT))

    again = await store.subjects.erase(Subject(emsp=EMA, contract_id=CONTRACT))
    unknown = await store.subjects.erase(Subject(emsp=EMA, uid=".*"))

    assert set(again.values()) == set(unknown.values()) == {0}


async def test_many_tokens_are_looked_through_in_steps(store: Store, database: Database) -> None:
    """Twelve hundred tokens of one eMSP: the one that is meant goes, the others stay."""
    for number in range(1200):
        body = words.token(uid=f"U{number:05}", contract_id=f"C{number:05}")
        key = ObjectKey(module=TOKENS, owner=EMA, object_id=f"rfid/u{number:05}")
        await database["objects"].insert_one(
            {"_id": str(key), "key": {"module": "tokens", "owner": "DE*EMA", "object_id": key.object_id}}
            | {"body": words.body(body), "revision": 1}
        )

    erased = await store.subjects.erase(Subject(emsp=EMA, contract_id="C01100"))

    assert erased["tokens"] == 1
    assert await database["objects"].count_documents({}) == 1199


def test_every_collection_is_looked_through_or_holds_no_driver() -> None:
    """A new collection has to say which: else one driver's data would stay in it unseen."""
    names = {value for name, value in vars(indexes).items() if name.isupper() and isinstance(value, str)}
    collections = names - {indexes.WITHDRAWN, indexes.TRACES_AGE}

    assert collections == {*ERASED, *WITHOUT_DRIVERS}
    assert not {*ERASED} & {*WITHOUT_DRIVERS}
