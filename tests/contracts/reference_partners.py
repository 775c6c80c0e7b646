"""The reference partners as the contract suite meets them: an operator and a provider with a little of everything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from contracts import suite
from contracts.report import Report, Result
from contracts.run import Target, run
from hub.simulate.cpo import Cpo
from hub.simulate.defects import Defect
from hub.simulate.emsp import Emsp
from hub.simulate.platform import Platform
from hub.simulate.reference import reference_cpo, reference_emsp
from hub.wire.party import Party

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
    """The reference operator, in pages of two."""
    return reference_cpo(counterpart=Party.of(**US), page_size=2)


def emsp() -> Emsp:
    """The reference provider, in pages of two."""
    return reference_emsp(page_size=2)


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
        return Judged(
            partner=partner, report=await run(published(), replace(_target(role, partner), token=ESTABLISHED))
        )


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
