"""Ways in which a partner cannot be called back."""

from hub.simulate.faults import Fault
from hub.simulate.messages import ok, refused
from hub.simulate.platform import Platform


def down(partner: Platform) -> None:
    """Every connection is reset."""
    partner.fail(Fault.DOWN)


def refusing(partner: Platform) -> None:
    """Nobody is let in."""
    partner.answer("GET", "/ocpi/versions", refused(2000, "no", status=401))


def malformed(partner: Platform) -> None:
    """What is answered is no envelope."""
    partner.fail(Fault.MALFORMED)


def other_version(partner: Platform) -> None:
    """Only OCPI 2.1.1 is offered."""
    partner.answer("GET", "/ocpi/versions", ok([{"version": "2.1.1", "url": f"{partner.url}/ocpi/2.1.1"}]))


def no_credentials_endpoint(partner: Platform) -> None:
    """The details lack the one endpoint that everyone must have."""
    locations = {"identifier": "locations", "role": "SENDER", "url": f"{partner.url}/locations"}
    partner.answer("GET", "/ocpi/2.2.1", ok({"version": "2.2.1", "endpoints": [locations]}))
