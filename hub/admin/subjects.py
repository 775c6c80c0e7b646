"""One driver's data over the admin API: take all of it out. What identifies the driver is in no log line and no audit entry."""

from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from hub.admin import views
from hub.admin.table import AdminCall, AdminRoute, Asked, Json
from hub.store.guarding import Subject
from hub.wire.party import Party

_Secret = Annotated[SecretStr, Field(max_length=36)]


class Erase(Asked):
    """A driver of an eMSP: by the uid of a token, or by a contract with all of its tokens."""

    emsp: Annotated[str, Field(max_length=40)]
    uid: _Secret = SecretStr("")
    contract_id: _Secret = SecretStr("")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if bool(self.uid.get_secret_value().strip()) is bool(self.contract_id.get_secret_value().strip()):
            raise ValueError("give either uid or contract_id")
        return self


async def _erase(call: AdminCall[Erase]) -> Json:
    asked = call.asked
    emsp = views.read(Party.parse, asked.emsp)
    subject = Subject(
        emsp=emsp,
        uid=asked.uid.get_secret_value().strip(),
        contract_id=asked.contract_id.get_secret_value().strip(),
    )
    return {"emsp": str(emsp), "erased": dict(await call.office.store.subjects.erase(subject))}


ROUTES = (
    AdminRoute(
        method="POST",
        path="/subjects/erase",
        act=_erase,
        asks=Erase,
        summary="Take one driver out of everything that this hub stores.",
    ),
)
