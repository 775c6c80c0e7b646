"""Records for the store's tests: one valid example of each, and hypothesis strategies that fill every field."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, get_type_hints

from hypothesis import strategies as st

from hub.money.checking.agreed import AgreedLimits, CdrPolicy
from hub.money.clearing.entry import Change, ClearedCdr, VatShare
from hub.money.clearing.statement import Statement
from hub.platform import Agreement, HostedParty, IssuedToken, Platform, PlatformState, Quirks, TokenKind
from hub.standing import Side, Standing
from hub.store.cdr_records import CdrVerdict, PublishedTariff
from hub.store.judgements import Fault, Verification
from hub.store.protocols import (
    DeliveryState,
    FailedDelivery,
    Leg,
    LegKind,
    ObjectKey,
    StoredObject,
    UrlMapping,
)
from hub.wire.interface import Interface, ModuleId, Version
from hub.wire.party import Party, PartyRole, Role

_Record = TypeVar("_Record")

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
CPA = Party.of("NL", "CPA")
EMA = Party.of("DE", "EMA")
LOCATIONS = ModuleId("locations")

MOMENTS = st.integers(0, 4_000_000_000_000).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
PARTIES = st.from_regex(r"[A-Z]{2}\*[A-Z0-9]{3}", fullmatch=True).map(Party.parse)
PARTY_ROLES = st.builds(PartyRole, party=PARTIES, role=st.sampled_from(Role))
MODULES = st.sampled_from(["locations", "tariffs", "tokens", "nltnm-parking"]).map(ModuleId)
KEYS = st.builds(ObjectKey, module=MODULES, owner=PARTIES, object_id=st.text(min_size=1, max_size=36))
COUNTS = st.integers(0, 2**63 - 1)


def every(record_type: Callable[..., _Record], **known: st.SearchStrategy[Any]) -> st.SearchStrategy[_Record]:
    """Build records with every field drawn, those with a default too."""
    drawn = {name: known.get(name, ...) for name in get_type_hints(record_type)}
    return st.builds(record_type, **drawn)


MAYBE = st.none() | MOMENTS
ISSUED = every(IssuedToken, issued_at=MAYBE, expires_at=MAYBE)
HOSTED = every(HostedParty, party_role=PARTY_ROLES, status_changed_at=MOMENTS)
ENDPOINTS = st.dictionaries(st.tuples(MODULES, st.sampled_from(Interface)), st.text())
STANDINGS = every(
    Standing,
    side=st.sampled_from(Side),
    module=MODULES,
    judged_at=MOMENTS,
    expires_at=MOMENTS,
    failing_since=MAYBE,
    override_until=MAYBE,
)
CDR_POLICIES = every(
    CdrPolicy,
    party=PARTIES,
    limits=every(AgreedLimits, max_age_days=st.none() | COUNTS, max_late_hours=st.none() | COUNTS),
    changed_at=MOMENTS,
)
PLATFORMS = every(
    Platform,
    claims=st.frozensets(PARTY_ROLES),
    parties=st.lists(HOSTED, max_size=3).map(tuple),
    version=st.none() | st.sampled_from(Version),
    endpoints=ENDPOINTS,
    issued=st.lists(ISSUED, max_size=3).map(tuple),
    quirks=every(Quirks),
    standings=st.lists(STANDINGS, max_size=3).map(tuple),
    cdr_policies=st.lists(CDR_POLICIES, max_size=2).map(tuple),
    clearing=st.frozensets(PARTIES, max_size=3),
    learned=st.dictionaries(st.text(), st.text()),
    created_at=MOMENTS,
    registered_at=MAYBE,
    revision=COUNTS,
)
AGREEMENTS = every(
    Agreement, sender=st.none() | PARTIES, receiver=st.none() | PARTIES, module=st.none() | MODULES, created_at=MOMENTS
)
OBJECTS = every(
    StoredObject, key=KEYS, last_updated=MOMENTS, received_at=MOMENTS, changed_at=MOMENTS, seq=COUNTS, revision=COUNTS
)
MAPPINGS = every(UrlMapping, module=MODULES, owner=PARTIES, caller=PARTIES, created_at=MOMENTS, expires_at=MAYBE)
LEGS = every(
    Leg, at=MOMENTS, duration_ms=st.floats(0, 1e6), http_status=st.integers(0, 599), ocpi_status=st.integers(0, 4999)
)
FAILED = every(
    FailedDelivery, key=KEYS, http_status=st.integers(0, 599), tries=COUNTS, first_at=MOMENTS, last_at=MOMENTS
)

VERIFICATIONS = every(
    Verification, judged_at=MOMENTS, verdicts=st.dictionaries(MODULES, st.binary(max_size=50), max_size=3)
)
FAULTS = every(Fault, count=COUNTS, last_at=MOMENTS)
SHARES = st.lists(every(VatShare, net=COUNTS, tax=COUNTS), max_size=3).map(tuple)
CDR_VERDICTS = every(CdrVerdict, sender=PARTIES, receiver=PARTIES, at=MOMENTS)
PUBLISHED = every(PublishedTariff, owner=PARTIES, last_updated=MOMENTS, received_at=MOMENTS)
CLEARED_CDRS = every(
    ClearedCdr,
    operator=PARTIES,
    provider=PARTIES,
    digits=st.integers(0, 4),
    net=COUNTS,
    gross=COUNTS,
    vat=SHARES,
    delivered_at=MAYBE,
    changes=st.lists(every(Change, at=MOMENTS), max_size=2).map(tuple),
    revision=COUNTS,
)
STATEMENTS = every(
    Statement,
    operator=PARTIES,
    provider=PARTIES,
    closed_at=MAYBE,
    vat=SHARES,
    **dict.fromkeys(
        ("digits", "cdrs", "credits", "late", "charged_net", "charged_gross", "credited_net", "credited_gross"), COUNTS
    ),
    disputed=COUNTS,
    disputed_gross=COUNTS,
)


def platform(name: str = "Charge Point Alpha", **changes: Any) -> Platform:
    """A registered platform that hosts NL*CPA, with one issued token; its id follows from its name."""
    example = Platform(
        platform_id=f"p-{name}",
        name=name,
        state=PlatformState.REGISTERED,
        claims=frozenset({PartyRole(party=CPA, role=Role.CPO)}),
        parties=(HostedParty(party_role=PartyRole(party=CPA, role=Role.CPO), status_changed_at=NOON),),
        endpoints={(LOCATIONS, Interface.SENDER): "https://cpa.example/ocpi/2.2.1/locations"},
        issued=(IssuedToken(token_hash=f"hash of {name}", kind=TokenKind.ESTABLISHED),),
        created_at=NOON,
    )
    return replace(example, **changes)


def stored(object_id: str = "loc1", **changes: Any) -> StoredObject:
    """A location of NL*CPA that nobody lacks."""
    example = StoredObject(
        key=ObjectKey(module=LOCATIONS, owner=CPA, object_id=object_id),
        body=b'{"id":"LOC1"}',
        last_updated=NOON,
        received_at=NOON,
        changed_at=NOON,
    )
    return replace(example, **changes)


def leg(correlation_id: str = "c-1", **changes: Any) -> Leg:
    """A PUT of a location from NL*CPA that came in and went well."""
    example = Leg(
        at=NOON,
        kind=LegKind.IN,
        correlation_id=correlation_id,
        request_id="r-1",
        method="PUT",
        module="locations",
        path="/NL/CPA/LOC1",
        platform_id="p-1",
        sender="NL*CPA",
        receiver="DE*EMA",
        http_status=200,
        ocpi_status=1000,
    )
    return example._replace(**changes)


def mapping(opaque: str = "opaque-1", **changes: Any) -> UrlMapping:
    """A response_url of DE*EMA that NL*CPA may call."""
    example = UrlMapping(
        opaque=opaque,
        kind="response_url",
        target_url="https://ema.example/results/1",
        module=ModuleId("commands"),
        owner_platform_id="p-ema",
        owner=EMA,
        caller_platform_id="p-cpa",
        caller=CPA,
        created_at=NOON,
    )
    return replace(example, **changes)


def failed(delivery_id: str = "d-0123456789ab", **changes: Any) -> FailedDelivery:
    """A location that DE*EMA has not got."""
    example = FailedDelivery(
        delivery_id=delivery_id,
        receiver="p-ema:DE*EMA",
        platform_id="p-ema",
        key=ObjectKey(module=LOCATIONS, owner=CPA, object_id="loc1"),
        state=DeliveryState.BEHIND,
        reason="timed out after 30 s",
        first_at=NOON,
        last_at=NOON,
    )
    return replace(example, **changes)
