"""Who may send what to whom, and what did pass: parties by parties, for the page."""

from hub.admin.table import AdminCall, AdminRoute, Json, Nothing
from hub.registry import Directory
from hub.wire.interface import ModuleId
from hub.wire.party import Party

PARTIES_MAX = 60
"""More do not fit a screen: those with the most traffic are shown."""


async def _matrix(call: AdminCall[Nothing]) -> Json:
    office = call.office
    directory = office.directory()
    passed = office.traffic.exchanged()
    busy: dict[str, int] = {}
    for (sender, receiver), count in passed.items():
        busy[sender] = busy.get(sender, 0) + count
        busy[receiver] = busy.get(receiver, 0) + count
    known = sorted(directory.hosted, key=lambda party: (-busy.get(str(party), 0), str(party)))
    shown = known[:PARTIES_MAX]
    modules = [ModuleId(one.identifier) for one in office.catalog.functional()]
    return {
        "parties": [_party(directory, party) for party in shown],
        "hub": str(directory.hub),
        "not_shown": len(known) - len(shown),
        "modules": modules,
        "denied": _denied(directory, shown, modules),
        "passed": [
            {"from": sender, "to": receiver, "messages": count}
            for (sender, receiver), count in sorted(passed.items(), key=lambda pair: -pair[1])[: PARTIES_MAX**2]
        ],
    }


def _party(directory: Directory, party: Party) -> Json:
    return {"party": str(party), "roles": sorted({one.role for one in directory.hosted[party]})}


def _denied(directory: Directory, parties: list[Party], modules: list[ModuleId]) -> list[Json]:
    """Only pairs between which a rule forbids something; nothing is looked at while there are no rules."""
    if not directory.agreements:
        return []
    found = []
    for sender in parties:
        for receiver in parties:
            forbidden = [one for one in modules if not directory.may_send(sender, receiver, one).allowed]
            if forbidden and sender != receiver:
                found.append({"from": str(sender), "to": str(receiver), "modules": forbidden})
    return found


ROUTES = (
    AdminRoute(
        method="GET",
        path="/matrix",
        act=_matrix,
        asks=Nothing,
        summary="Party by party: what rules forbid, and what passed in half an hour.",
    ),
)
