"""Who takes part: a party, the roles it plays, and how both are written."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Self

_WRITTEN = re.compile(r"([A-Za-z]{2})[*\-/ ]?([A-Za-z0-9]{3})")


class Role(StrEnum):
    """Role of a party. Source: OCPI 2.2.1, types, Role enum."""

    CPO = "CPO"
    EMSP = "EMSP"
    HUB = "HUB"
    NAP = "NAP"
    NSP = "NSP"
    OTHER = "OTHER"
    SCSP = "SCSP"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Party:
    """One country_code and party_id, folded to upper case: both are CiStrings, compared without case.

    Source: OCPI 2.2.1, credentials, CredentialsRole class.
    """

    country_code: str
    party_id: str

    @staticmethod
    @lru_cache(maxsize=10_000)  # every message names a party several times, and it is always the same few
    def of(country_code: str, party_id: str) -> "Party":
        """Fold what a peer wrote; raises ValueError unless it is two letters and three letters or digits."""
        matched = _WRITTEN.fullmatch(f"{country_code}*{party_id}")
        if matched is None:
            raise ValueError("country_code is two letters, party_id three letters or digits")
        return Party(country_code=country_code.upper(), party_id=party_id.upper())

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read `NL*TNM`, `NL-TNM`, `NL/TNM` or `nltnm`; raises ValueError when it is none of them."""
        matched = _WRITTEN.fullmatch(written.strip())
        if matched is None:
            raise ValueError(f"{written[:20]!r} is not a party: write NL-TNM (country code, party id)")
        return cls(country_code=matched[1].upper(), party_id=matched[2].upper())

    def __str__(self) -> str:
        return f"{self.country_code}*{self.party_id}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PartyRole:
    """A party in one of its roles: the triple that is unique among all platforms.

    Source: OCPI 2.2.1, credentials, Credentials object, roles.
    """

    party: Party
    role: Role

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read `NL/CPA/CPO`; raises ValueError that names what is wrong."""
        head, _, role = written.strip().rpartition("/")
        if role.upper() not in Role.__members__ or role.upper() == Role.HUB:
            roles = ", ".join(r for r in Role if r is not Role.HUB)
            raise ValueError(f"{written[:30]!r} names no role: write NL/CPA/CPO, with one of {roles}")
        return cls(party=Party.parse(head), role=Role(role.upper()))

    def __str__(self) -> str:
        return f"{self.party} {self.role}"
