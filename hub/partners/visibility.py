"""Who hears of whom through HubClientInfo. Pure.

Two parties see each other when the agreements let both send to the other in at least one module. A platform sees what any
of its parties sees, never its own parties. Source: OCPI 2.2.1, mod_hub_client_info; checklist H5.04.
"""

from collections.abc import Iterable, Sequence

from hub.platform import Platform, PlatformState
from hub.registry import Directory
from hub.wire.interface import Interface, ModuleId
from hub.wire.party import Party

CLIENT_INFO = ModuleId("hubclientinfo")


def sees(directory: Directory, viewer: Platform, party: Party, modules: Sequence[ModuleId]) -> bool:
    """Tell whether `viewer` may know of `party`, which is on another platform; `modules` are the functional ones."""
    if not directory.agreements:
        return True
    ruled = {module for _, _, module in directory.agreements if module is not None}
    asked = tuple(dict.fromkeys((*modules, *sorted(ruled))))
    return any(
        directory.may_exchange(hosted.party_role.party, party, module)
        for hosted in viewer.parties
        if not hosted.gone
        for module in asked
    )


def audience(
    directory: Directory, platform: Platform, parties: Iterable[Party], modules: Sequence[ModuleId]
) -> list[Platform]:
    """The registered platforms that take HubClientInfo pushes and may know of any of these parties of `platform`."""
    wanted = list(parties)
    return [
        other
        for other in directory.platforms.values()
        if other.platform_id != platform.platform_id
        and other.state is PlatformState.REGISTERED
        and (CLIENT_INFO, Interface.RECEIVER) in other.endpoints
        and any(sees(directory, other, party, modules) for party in wanted)
    ]
