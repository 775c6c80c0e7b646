"""What a reference partner can do wrong on purpose: one defect for each check of the contract suite, named like the check."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.simulate.messages import Received, Reply

if TYPE_CHECKING:
    from hub.simulate.partner import Partner

Answer = Callable[[Received], Awaitable[Reply]]
"""What the partner would do without the defect; may be called with a changed request, several times, or not at all."""
Answering = Callable[["Partner", Received, Answer], Awaitable[Reply]]
Calling = Callable[["Partner", dict[str, str]], dict[str, str]]
"""Changes the headers of a call that the partner makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One thing that is wrong: with its answers, or with the headers of its own calls."""

    answering: Answering | None = None
    calling: Calling | None = None


def known() -> Mapping[str, Defect]:
    """Every defect, by the id of the check that must catch it."""
    # Later than this module: they say Defect, and name the partners, who say it too.
    from hub.simulate.defects import (  # noqa: PLC0415
        authorization,
        cdrs,
        chargingprofiles,
        client_infos,
        commands,
        credentials,
        locations,
        objects,
        paging,
        sessions,
        tariffs,
        tokens,
        tokens_that_live_on,
        transport,
        versions,
    )

    return {
        **versions.DEFECTS,
        **authorization.DEFECTS,
        **credentials.DEFECTS,
        **tokens_that_live_on.DEFECTS,
        **transport.DEFECTS,
        **objects.DEFECTS,
        **paging.DEFECTS,
        **client_infos.DEFECTS,
        **locations.DEFECTS,
        **sessions.DEFECTS,
        **cdrs.DEFECTS,
        **tariffs.DEFECTS,
        **tokens.DEFECTS,
        **commands.DEFECTS,
        **chargingprofiles.DEFECTS,
    }
