"""The reference partners as the contract suite meets them: an operator and a provider with a little of everything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from contracts import suite
from contracts.report import Report, Result
from contracts.run import Target, run
from hub.simulate.cpo import Cpo
from hub.simulate.defects import Defect
from hub.simulate.emsp import Emsp
from hub.simulate.messages import read_json, write_json
from hub.simulate.platform import Platform
from tests import words

US: Mapping[str, str] = {"country_code": "NL", "party_id": "CTS"}
"""Who the suite is for the partner: the counterpart of its Sessions and CDRs."""
PATIENCE = 0.05
"""The pauses of the checks are a twentieth of what they are for a real partner."""
ESTABLISHED = "an-established-credentials-token-1234567890"


@cache
def published() -> suite.Suite:
    """The suite as it is in the repository."""
    return suite.load()


def cpo() -> Cpo:
    """NL*CPA with five Locations, and with Sessions and CDRs of drivers of the suite, in pages of two."""
    made = Cpo(words.CPO, locations=[words.location(id=f"LOC{n}", last_updated=_day(n)) for n in range(1, 6)], page_size=2)
    for n in range(1, 4):
        token = words.cdr_token(**US)
        session = words.session(id=f"S{n}", cdr_token=token, status="COMPLETED", last_updated=_day(n))
        cdr = words.cdr(id=f"CDR{n}", session_id=f"S{n}", cdr_token=token, last_updated=_day(n))
        made.sessions[session["id"]] = _plain(session)
        made.cdrs[cdr["id"]] = _plain(cdr)
    return made


def emsp() -> Emsp:
    """DE*EMA with five drivers, in pages of two."""
    drivers = [words.token(uid=f"DRIVER{n}", contract_id=f"DE8EMA12E46L8{n}", last_updated=_day(n)) for n in range(1, 6)]
    return Emsp(words.EMSP, tokens=drivers, page_size=2)


PARTNERS = {"CPO": cpo, "EMSP": emsp}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A partner after a run, and what the run found."""

    partner: Platform
    report: Report

    def verdicts(self, verdict: str) -> list[str]:
        """`PAG-01 cdrs: …` of each result that ended so."""
        return [f"{one.check_id} {one.module}: {said(one)}" for one in self.report.results if one.verdict == verdict]


def said(result: Result) -> str:
    """What a person reads first."""
    return f"expected {result.expected}; observed {result.observed}" if result.expected else result.observed


async def registered(role: str, defect: Defect | None = None, *, checks: frozenset[str] = frozenset()) -> Judged:
    """Register with a reference partner and judge it by every check, or by `checks`."""
    async with PARTNERS[role]() as partner:
        partner.defect = defect
        target = replace(_target(role, partner), token=partner.invite(), register=True, mode="exercise", checks=checks)
        return Judged(partner=partner, report=await run(published(), target))


async def observed(role: str) -> Judged:
    """Judge a reference partner with the token of a connection that is in use."""
    async with PARTNERS[role]() as partner:
        partner.issued_token = ESTABLISHED
        return Judged(partner=partner, report=await run(published(), replace(_target(role, partner), token=ESTABLISHED)))


def _target(role: str, partner: Platform) -> Target:
    party = {"country_code": partner.party.country_code, "party_id": partner.party.party_id}
    return Target(
        role=role,
        versions_url=partner.versions_url,
        party=party,
        us=US,
        agreed=({"role": role, **party},),
        patience=PATIENCE,
    )


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    parsed: dict[str, Any] = read_json(write_json(value))
    return parsed


def _day(number: int) -> str:
    return f"2024-03-0{number}T10:00:00Z"
