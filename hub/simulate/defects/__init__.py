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
    from hub.simulate.defects import (  # noqa: PLC0415 - they know the partners, and the partners know this file
        authorization,
        client_infos,
        credentials,
        objects,
        paging,
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
    }
