"""How defects change a request before it is answered, or the answer: a word each, for what several of them do."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict, CIMultiDictProxy

from hub.simulate.defects.changing import data_of, with_data
from hub.simulate.messages import Received, Reply, read_json, write_json
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import CORRELATION_ID, REQUEST_ID

if TYPE_CHECKING:
    from hub.simulate.partner import Partner

_VERSIONS = ("ocpi", "versions")


def is_versions(received: Received) -> bool:
    """GET of the list of versions."""
    return received.segments == _VERSIONS


def is_details(received: Received) -> bool:
    """GET of the details of a version."""
    return len(received.segments) == 2 and not is_versions(received)


def is_credentials(received: Received, *methods: str) -> bool:
    """A request to credentials, by one of `methods` if any is named."""
    return received.segments[2:] == ("credentials",) and (not methods or received.method in methods)


def is_list(received: Received) -> bool:
    """GET of a list at a SENDER endpoint."""
    return received.method == "GET" and received.segments[2:3] == ("sender",) and len(received.segments) == 4


def is_push(received: Received) -> bool:
    """PUT of an object to a RECEIVER endpoint."""
    return received.method == "PUT" and received.segments[2:3] == ("receiver",)


def is_client_info(received: Received) -> bool:
    """A request to hubclientinfo."""
    return received.segments[3:4] == ("hubclientinfo",)


def before(partner: "Partner", received: Received) -> Iterator[Received]:
    """What came before this request, the newest first."""
    return (one for one in reversed(partner.requests) if one is not received)


def authorization(received: Received) -> str:
    """The header as it came; empty without one."""
    return received.headers.get("Authorization", "")


def presenting(received: Received, token: str) -> Received:
    """The same request with another credentials token."""
    return with_headers(received, {"Authorization": write_authorization(token)})


def with_headers(received: Received, changes: Mapping[str, str]) -> Received:
    """The same request with other headers."""
    changed = CIMultiDict(received.headers)
    changed.update(changes)
    return replace(received, headers=CIMultiDictProxy(changed))


def with_query(received: Received, **changes: str) -> Received:
    """The same request with other parameters."""
    return replace(received, query={**received.query, **changes})


def with_members(reply: Reply, **members: Any) -> Reply:
    """The same answer with other members of its envelope."""
    return replace(reply, body=write_json({**read_json(reply.body), **members}))


def with_token(reply: Reply, token: str) -> Reply:
    """Credentials with another token."""
    return with_data(reply, {**data_of(reply), "token": token})


def without_ids(partner: "Partner", received: Received, reply: Reply) -> Reply:
    """The same answer, as a partner sends it that forgets the ids."""
    headers = {**partner.answer_headers(received), **reply.headers}
    return replace(
        reply, bare=True, headers={name: headers[name] for name in headers.keys() - {REQUEST_ID, CORRELATION_ID}}
    )
