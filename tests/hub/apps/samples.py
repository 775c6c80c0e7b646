"""Sites for the tests of the index: a strategy of places all over the globe, and one short way to write a site."""

from typing import Any

from hypothesis import strategies as st

from hub.apps import codes
from hub.apps.sites import PUBLISHED, Plug, Point, Site

OWNERS = ("NL*CPA", "DE*CPB", "FR*CPC")
AVAILABLE, BLOCKED, CHARGING = (codes.status_code(word) for word in ("AVAILABLE", "BLOCKED", "CHARGING"))
LATITUDES = st.one_of(st.floats(-90, 90), st.sampled_from([-90.0, -89.999, 0.0, 52.09, 52.0900001, 89.999, 90.0]))
LONGITUDES = st.one_of(st.floats(-180, 180), st.sampled_from([-180.0, -179.999, 0.0, 5.11, 179.999, 180.0]))
PLUGS = st.builds(
    Plug,
    watts=st.sampled_from([3_700, 11_000, 22_000, 50_000, 350_000]),
    standard=st.integers(0, len(codes.STANDARDS) - 1),
    form=st.integers(0, len(codes.FORMATS) - 1),
    power_type=st.integers(0, len(codes.POWER_TYPES) - 1),
)
STATUSES = st.sampled_from([one for one in range(len(codes.STATUSES)) if one != codes.REMOVED])


def point(uid: str = "1", status: int = AVAILABLE, **changes: Any) -> Point:
    """An EVSE with one plug of 22 kW."""
    plain: dict[str, Any] = {
        "capabilities": 0,
        "restrictions": 0,
        "plugs": (Plug(22_000, 0, 0, 0),),
        "last_updated": "2026-01-01T00:00:00Z",
    }
    return Point(uid=uid, status=status, **(plain | changes))


def site(name: str = "loc1", *points: Point, **changes: Any) -> Site:
    """A published Location of NL*CPA in Utrecht."""
    owner = changes.pop("owner", OWNERS[0])
    plain: dict[str, Any] = {
        "latitude": 52.09,
        "longitude": 5.11,
        "flags": PUBLISHED,
        "facilities": 0,
        "body": b"{}",
    }
    return Site(
        key=f"locations/{owner.replace('*', '/')}/{name}", owner=owner, points=points or (point(),), **(plain | changes)
    )


@st.composite
def points(draw: st.DrawFn, uid: str) -> Point:
    """An EVSE of some status, with up to three plugs."""
    return point(
        uid,
        draw(STATUSES),
        capabilities=draw(st.integers(0, 7)),
        restrictions=draw(st.integers(0, 3)),
        plugs=tuple(draw(st.lists(PLUGS, max_size=3))),
    )


@st.composite
def some_sites(draw: st.DrawFn, most: int = 30) -> list[Site]:
    """Sites with keys of their own, anywhere, with up to three EVSEs each."""
    return [
        site(
            f"loc{number}",
            *(draw(points(str(uid))) for uid in range(draw(st.integers(0, 3)))),
            owner=draw(st.sampled_from(OWNERS)),
            latitude=draw(LATITUDES),
            longitude=draw(LONGITUDES),
            flags=draw(st.integers(0, 3)),
            facilities=draw(st.integers(0, 3)),
        )
        for number in range(draw(st.integers(0, most)))
    ]
