"""What owners push in these tests, and how it looks at the receiver."""

from hub.delivery.worker import Deliveries
from hub.simulate.messages import Received
from tests.hub.delivery.office import Office
from tests.words import Words, location

LOC1 = "/NL/CPA/LOC1"
EVSE = "/NL/CPA/LOC1/3256"


async def put(
    office: Office, deliveries: Deliveries, receivers: list[str], name: str = "LOC1", **changes: object
) -> None:
    """The owner puts a whole location."""
    value = location(id=name, **changes)
    deliveries.accepted(await office.save("PUT", "locations", f"/NL/CPA/{name}", value, receivers))


async def patch(office: Office, deliveries: Deliveries, receivers: list[str], status: str) -> Words:
    """The owner changes the status of an EVSE of LOC1."""
    change: Words = {"status": status, "last_updated": "2024-03-01T10:00:00Z"}
    deliveries.accepted(await office.save("PATCH", "locations", EVSE, change, receivers))
    return change


def status(received: Received) -> str:
    """The EVSE's status in a whole location."""
    value: str = received.json["evses"][0]["status"]
    return value
