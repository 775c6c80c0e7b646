"""Which parties a platform hosts after it claimed some, and what is new about them for HubClientInfo. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hub.platform import HostedParty, Platform
from hub.registry import party_status
from hub.wire.party import PartyRole

_TICK = timedelta(milliseconds=1)
"""A later status has a later time, also when the clocks of two processes disagree."""


def hosting(
    before: tuple[HostedParty, ...], claimed: Mapping[PartyRole, str], now: datetime
) -> tuple[HostedParty, ...]:
    """The parties of a platform that now claims these (with their names); the ones it dropped stay as `gone`.

    A name that the claim leaves empty stays as it was. Source: checklist H2.44.
    """
    known = {hosted.party_role: hosted for hosted in before}
    kept = [
        replace(hosted, gone=False, name=claimed[role] or hosted.name)
        if (role := hosted.party_role) in claimed
        else replace(hosted, gone=True)
        for hosted in before
    ]
    new = [
        HostedParty(party_role=role, name=name, status_changed_at=now)
        for role, name in claimed.items()
        if role not in known
    ]
    return (*kept, *new)


def stamped(before: Platform | None, platform: Platform, now: datetime) -> tuple[Platform, tuple[HostedParty, ...]]:
    """Return `platform` with the status of each party as HubClientInfo has it now, and the parties whose status changed.

    `before` is the platform as it was last saved; a party that was not there counts as changed.
    """
    told_before = {hosted.party_role: hosted.status for hosted in before.parties} if before else {}
    parties: list[HostedParty] = []
    changed: list[HostedParty] = []
    for hosted in platform.parties:
        status = party_status(platform, hosted)
        current = hosted
        if told_before.get(hosted.party_role) is not status:
            later = max(now, hosted.status_changed_at + _TICK) if hosted.party_role in told_before else now
            current = replace(hosted, status=status, status_changed_at=later)
            changed.append(current)
        parties.append(current)
    return replace(platform, parties=tuple(parties)), tuple(changed)
