"""Finds the platform that an operator means by a name or a party id. Pure."""

from difflib import get_close_matches

from hub.partners.invitation import named
from hub.partners.problems import NotPossible, UnknownPartner
from hub.platform import Platform, PlatformState
from hub.registry import Directory
from hub.wire.party import Party


def find(directory: Directory, written: str) -> Platform:
    """By name in any case, else by the id of a party that it hosts or may claim.

    Raises UnknownPartner with the nearest name or party id there is, NotPossible when two partners share the party.
    """
    by_name = named(directory, written)
    if by_name is not None:
        return by_name
    platforms = [one for one in directory.platforms.values() if one.state is not PlatformState.REMOVED]
    party = _read_party(written)
    found = [one for one in platforms if party is not None and party in _parties(one)]
    if len(found) > 1:
        names = " and ".join(repr(one.name) for one in found)
        raise NotPossible(f"{party} is on {names}: say which by its name")
    if found:
        return found[0]
    raise UnknownPartner(written, _suggestion(written, platforms))


def _suggestion(written: str, platforms: list[Platform]) -> str:
    known = {one.name.casefold(): one.name for one in platforms}
    known |= {str(party).casefold(): str(party) for one in platforms for party in _parties(one)}
    party = _read_party(written)
    tried = [*([str(party).casefold()] if party else []), written.strip().casefold()]
    for one in tried:
        if near := get_close_matches(one, known):
            swapped = [match for match in near if sorted(match) == sorted(one)]
            return known[(swapped or near)[0]]
    return ""


def _parties(platform: Platform) -> set[Party]:
    hosted = {one.party_role.party for one in platform.parties if not one.gone}
    return hosted | {claim.party for claim in platform.claims}


def _read_party(written: str) -> Party | None:
    try:
        return Party.parse(written)
    except ValueError:
        return None
