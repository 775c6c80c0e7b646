"""How a module describes itself: a table of endpoints and a few pure rules. The hub reads these and knows no module by name."""

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, NamedTuple, NewType

from pydantic import BaseModel

from hub.wire.party import Party, Role

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)

ModuleId = NewType("ModuleId", str)
Json = Any
"""A parsed JSON value with numbers kept as text (see hub.wire.json_text)."""


class Interface(StrEnum):
    """Which side of a module an endpoint is. Source: OCPI 2.2.1, version_information_endpoint, InterfaceRole enum."""

    SENDER = "SENDER"
    RECEIVER = "RECEIVER"


class Version(StrEnum):
    """OCPI versions that the hub speaks, oldest first."""

    V2_2 = "2.2"
    V2_2_1 = "2.2.1"


class Routing(Enum):
    """What TO = hub, or no TO, means for an endpoint (checklist 3.1)."""

    LIST = "list"
    """GET of a list: TO = hub asks for everyone's (GET All); it needs a TO."""
    PUSH = "push"
    """A push of public data: TO = hub is a Broadcast Push, and so is open routing without another target."""
    PRIVATE = "private"
    """Meant for one party: never a broadcast; without TO the target follows from the content."""
    CALLBACK = "callback"
    """The last path segment is an address that this hub gave out (response_url, CDR Location)."""


class TimeoutClass(StrEnum):
    """How long a forward may take; each has a setting."""

    AUTHORIZE = "authorize"
    COMMAND = "command"
    OTHER = "other"


class ResponseUrl(Enum):
    """Where a request carries the address for its asynchronous result."""

    BODY = "body"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class ByParty:
    """Open routing: the content names the party itself."""

    party: Party
    role: Role


@dataclass(frozen=True, slots=True)
class ByIndex:
    """Open routing: an index of what passed before knows the party; `scope` is the one to whom the key belongs, if any."""

    kind: str
    """`session`, `location`, `token` or `reservation`."""
    key: str
    """Folded with `fold`; parts joined by `/`."""
    scope: Party | None = None


OpenKey = ByParty | ByIndex
"""Where a message without a TO should go, as far as its content tells."""


class Learned(NamedTuple):
    """One index entry that a passing message teaches: `kind` and `key` belong to `party`."""

    kind: str
    key: str
    party: Party
    scope: Party | None = None


class SignKind(StrEnum):
    """What live traffic shows of an EVSE, beside what its operator says of its status."""

    SESSION_ACTIVE = "session_active"
    SESSION_ENDED = "session_ended"
    START_FAILED = "start_failed"
    CDR = "cdr"
    VANISHED = "vanished"
    """Its operator's whole list does not have it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One thing that a message shows of an EVSE; without one it is about the EVSE of its session."""

    owner: Party
    kind: SignKind | None
    """None: the session goes on as it was."""
    location_id: str = ""
    """Folded, as is `evse_uid`."""
    evse_uid: str = ""
    session_id: str = ""
    """Folded."""
    at: datetime | None = None
    """When it was so, as far as the message says it; never later than now."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a body: where (JSON pointer) and what."""

    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.message}"


class Call(NamedTuple):
    """What a rule sees of a message: no headers, no I/O.

    `path` holds the named segments of the endpoint's path, percent-decoded; `query` the first value of each name;
    `body` the parsed JSON (numbers as text) or None; `sender` the FROM party.
    """

    method: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Json
    sender: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A message that was carried, and what became of it, for the rule that reads what it shows."""

    call: Call
    receiver: Party
    reply: Json = None
    """`data` of the receiver's answer; None when it did not answer in time."""
    about: str = ""
    """What the row's `about` said of the request that this is the result of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One row of a module's table."""

    method: str
    interface: Interface
    path: tuple[str, ...] = ()
    """Names of the segments after the endpoint URL; `=authorize` is a literal segment."""
    routing: Routing
    body: type[BaseModel] | None = None
    """The class of the body; for PATCH the class of the whole object of which any part may come."""
    body_required: bool = True
    reply: type[BaseModel] | type[str] | None = None
    """The class of `data`; for a LIST that of one element."""
    required_query: tuple[str, ...] = ()
    optional_query: tuple[str, ...] = ()
    response_url: ResponseUrl | None = None
    location_header: bool = False
    """The reply's Location header is an address in the receiver's system (POST cdrs)."""
    timeout: TimeoutClass = TimeoutClass.OTHER
    check: Callable[[Call], list[Problem]] | None = None
    """What shape alone cannot say, for reporting and for what the hub stores."""
    must: Callable[[Call], list[Problem]] | None = None
    """What blocks even a forward: a foreign owner, another eMSP's token."""
    open_key: Callable[[Call], OpenKey | None] | None = None
    learn: Callable[[Call, Party], list[Learned]] | None = None
    """What the index learns once the message was answered; the second argument is the TO party."""
    observe: Callable[[Exchange], list[Observed]] | None = None
    """What the message shows of EVSEs, once it was carried."""
    about: Callable[[Call, Party], str] | None = None
    """What the later result of this request is about; kept with the address for it. The second argument is the TO party."""
    billed: bool = False
    """The body is a CDR: its costs may be checked on its way, as the parties agreed."""
    billed_reply: bool = False
    """`data` of the reply is a CDR, or a list of them: they are checked once the reply has left."""
    bare_body: bool = False
    """The body is not read as an object of ours, only carried (callbacks)."""
    name: str = ""
    """A command's name, where one path serves several (`START_SESSION`)."""


class NotStored(Exception):
    """A partial push whose whole object the hub does not have: the sender should PUT it. `status_code` as OCPI has it."""

    def __init__(self, message: str, status_code: int) -> None:
        super().__init__(message)
        self.status_code = status_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """How the hub keeps the objects of a module that are pushed to it (Broadcast Push, GET All)."""

    object_class: type[BaseModel]
    key: Callable[[Call], str]
    """Object id within its owner, folded (`loc1`; tokens: `rfid/012345`)."""
    apply: Callable[[Json | None, Call], Json | None]
    """The whole object after this push; None when it is withdrawn (DELETE). Raises NotStored."""
    part: Callable[[Call], str] | None = None
    """Which part of the object a push is about, folded: the path below the object (`3256/1`); empty for all of it."""
    priced_by: bool = False
    """Sessions are priced by it: the hub remembers how it was."""
    put_path: Callable[[Json], str]
    """Path and query after the endpoint URL for a PUT of the whole object, owner included (`/NL/TNM/LOC1`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """How bodies change between 2.2 and 2.2.1; each function returns its argument itself when nothing changes.

    `to_2_2_1(value, emsp)` fills in what 2.2 lacks; `emsp` is the eMSP of the exchange, if one is known.
    """

    to_2_2: Callable[[Json], Json]
    to_2_2_1: Callable[[Json, Party | None], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A chapter of the specification as data."""

    identifier: ModuleId
    endpoints: tuple[Endpoint, ...]
    functional: bool = True
    """False for credentials, versions and hubclientinfo: no routing headers, answered by the hub."""
    sender_roles: tuple[Role, ...] = ()
    """Roles that have the SENDER interface, the likeliest first (checklist H1.40)."""
    receiver_roles: tuple[Role, ...] = ()
    broadcast: Mapping[Role, tuple[Role, ...]] = field(default_factory=dict)
    """Role of the sender of a Broadcast Push -> roles that get it (H3.23, H3.24)."""
    stored: Stored | None = None
    translation: Translation | None = None
    body_limit_bytes: int = 1024 * 1024

    def roles(self, interface: Interface) -> tuple[Role, ...]:
        """Roles that serve `interface`, the likeliest first."""
        return self.sender_roles if interface is Interface.SENDER else self.receiver_roles


def fold(identifier: str) -> str:
    """Fold a CiString for comparison (ASCII case only); what is sent keeps its own case.

    Source: OCPI 2.2.1, types, CiString.
    """
    return identifier.translate(_LOWER)
