"""The endpoints of the Commands chapter: one row for each command. Source: OCPI 2.2.1, mod_commands."""

from collections.abc import Callable

from pydantic import BaseModel

from hub.wire.interface import (
    Call,
    Endpoint,
    Exchange,
    Interface,
    Learned,
    Observed,
    OpenKey,
    Problem,
    ResponseUrl,
    Routing,
    TimeoutClass,
)
from hub.wire.party import Party
from modules.commands import rules
from modules.commands.objects import (
    CancelReservation,
    CommandResponse,
    CommandResult,
    CommandType,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
)


def _command(
    name: CommandType,
    body: type[BaseModel],
    open_key: Callable[[Call], OpenKey | None],
    *,
    check: Callable[[Call], list[Problem]] | None = None,
    must: Callable[[Call], list[Problem]] | None = None,
    learn: Callable[[Call, Party], list[Learned]] | None = None,
    observe: Callable[[Exchange], list[Observed]] | None = None,
    about: Callable[[Call, Party], str] | None = None,
) -> Endpoint:
    return Endpoint(
        method="POST",
        interface=Interface.RECEIVER,
        path=(f"={name}",),
        routing=Routing.PRIVATE,
        body=body,
        reply=CommandResponse,
        response_url=ResponseUrl.BODY,
        timeout=TimeoutClass.COMMAND,
        check=check,
        must=must,
        open_key=open_key,
        learn=learn,
        observe=observe,
        about=about,
        name=name.value,
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    _command(CommandType.CANCEL_RESERVATION, CancelReservation, rules.by_reservation),
    _command(
        CommandType.RESERVE_NOW, ReserveNow, rules.by_location, must=rules.own_token, learn=rules.learn_reservation
    ),
    _command(
        CommandType.START_SESSION,
        StartSession,
        rules.by_location,
        check=rules.check_start_session,
        must=rules.own_token,
        observe=rules.observe_start,
        about=rules.about_start,
    ),
    _command(CommandType.STOP_SESSION, StopSession, rules.by_session),
    _command(CommandType.UNLOCK_CONNECTOR, UnlockConnector, rules.by_location),
    Endpoint(
        method="POST",
        interface=Interface.SENDER,
        path=("command", "opaque"),
        routing=Routing.CALLBACK,
        body=CommandResult,
        timeout=TimeoutClass.COMMAND,
        observe=rules.observe_result,
        bare_body=True,
    ),
)
