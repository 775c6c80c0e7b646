"""An operator and a provider that are connected to each other directly, as OCPI also allows."""

from dataclasses import dataclass

from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp

SPEED = 1_000_000.0
"""A session takes an instant."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both ends of one connection."""

    cpo: Cpo
    emsp: Emsp

    @property
    def location_id(self) -> str:
        """The operator's only location."""
        return next(iter(self.cpo.locations))

    @property
    def uid(self) -> str:
        """The card of the provider's first driver."""
        return next(iter(self.emsp.tokens))
