"""What live traffic shows of each EVSE, held against its status in the index. Pure."""

from hub.apps import codes
from hub.apps.index import Change, Index
from hub.apps.truth import Sign, Stamps, agrees, contradicts

SIGNS_MAX = 500_000
"""Of EVSEs that nobody has told the hub about there may be any number: the oldest signs go."""


class Signs:
    """The latest sign of each EVSE, by the key of its site and its folded uid."""

    def __init__(self) -> None:
        self._signs: dict[tuple[str, str], Sign] = {}

    def __len__(self) -> int:
        return len(self._signs)

    def of(self, key: str, uid: str) -> Sign | None:
        """None when live traffic shows nothing of it."""
        return self._signs.get((key, uid))

    def keep(self, key: str, uid: str, sign: Sign) -> None:
        """Remember, without a look at the index."""
        self._signs.pop((key, uid), None)
        self._signs[key, uid] = sign
        if len(self._signs) > SIGNS_MAX:
            del self._signs[next(iter(self._signs))]

    def take(self, index: Index, key: str, uid: str, sign: Sign | None, now_ms: int) -> Change | None:
        """Remember or (None) forget, raise what it confirms; tells when the status is contradicted now, or not any more."""
        before = self.of(key, uid)
        if sign is None:
            self._signs.pop((key, uid), None)
        else:
            self.keep(key, uid, sign)
        point = index.point_row(key, uid)
        if point is None:
            return None
        code = int(index.points["status"][point])
        status, stamps = codes.STATUSES[code], stamps_of(index, point)
        if sign is not None and agrees(sign, status, stamps, now_ms):
            index.points["confirmed_ms"][point] = max(stamps.confirmed_ms, sign.at_ms)
        is_so = contradicts(sign, status, stamps, now_ms)
        if is_so == contradicts(before, status, stamps, now_ms):
            return None
        return Change(key, uid, code, code, sign.at_ms if sign else now_ms, is_so)


def stamps_of(index: Index, point: int) -> Stamps:
    """The three instants in a row of the EVSEs."""
    columns = index.points
    return Stamps(
        received_ms=int(columns["received_ms"][point]),
        changed_ms=int(columns["changed_ms"][point]),
        confirmed_ms=int(columns["confirmed_ms"][point]),
    )
