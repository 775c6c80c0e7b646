"""The admin API and the apps' API from outside: clients for the command line, with errors that a person can act on.

The only file that imports httpx.
"""

import getpass
import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

import httpx

from hub.admin import address, bearer
from hub.clock import now_utc
from hub.config import Settings
from hub.key_file import KEY_FILE
from hub.secrets import Secrets
from hub.tls import trust_alone

URL_VARIABLE = "HUB_ADMIN_URL"
TOKEN_VARIABLE = "HUB_ADMIN_TOKEN"  # noqa: S105 - a variable's name
APP_TOKEN_VARIABLE = "HUB_APP_TOKEN"  # noqa: S105 - a variable's name
_PREFIX = "/admin/v1"
_APPS_PREFIX = "/apps/v1"
_LOCAL_LIFE = timedelta(minutes=1)
_CONNECT_TIMEOUT_S = 5.0
_Read = TypeVar("_Read")


class HubAway(Exception):
    """No hub answers; the message says where it was looked for, the hint what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class HubRefused(Exception):
    """The hub answered with an error of the admin API; `details` is whatever else it said."""

    def __init__(
        self, http_status: int, code: str, message: str, hint: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code
        self.message = message
        self.hint = hint
        self.details = details or {}


class StreamEvent(NamedTuple):
    """One event of a stream of changes: its name, the id to resume from, what it says."""

    name: str
    identifier: str
    data: dict[str, Any]


class AdminClient:
    """Calls the admin API at `url`; `token` gives a valid one for each call. `local` ignores proxies of the environment."""

    def __init__(
        self, url: str, token: Callable[[], str], *, local: bool, certificate_file: Path | None = None
    ) -> None:
        """`certificate_file` is what a hub on this machine shows, whatever name it has."""
        self.url = url.rstrip("/").removesuffix(_PREFIX)
        self._token = token
        verify = trust_alone(certificate_file) if certificate_file else True
        self._client = httpx.Client(trust_env=not local, follow_redirects=False, verify=verify)

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        *path: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        timeout_s: float = 30.0,
    ) -> Any:
        """Send one call and return its JSON; `path` are segments below /admin/v1, encoded here.

        Raises HubAway when nothing (or something else) answers, HubRefused for an error.
        """
        target = f"{self.url}{_PREFIX}/" + "/".join(quote(segment, safe="") for segment in path)
        timeout = httpx.Timeout(timeout_s, connect=_CONNECT_TIMEOUT_S)
        try:
            answer = self._client.request(
                method,
                target,
                params=query,
                json=body,
                timeout=timeout,
                headers={"Authorization": f"Bearer {self._token()}", "Accept": "application/json"},
            )
        except httpx.ConnectError as error:
            raise HubAway(f"No hub answers at {self.url} ({_reason(error)}).", "hubctl serve") from None
        except httpx.TimeoutException:
            raise HubAway(f"The hub at {self.url} did not answer within {timeout_s:g} s.", "hubctl doctor") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise HubAway(f"{self.url} cannot be asked: {_reason(error)}.", f"echo ${URL_VARIABLE}") from None
        return _read(answer, self._where)

    def follow(
        self, method: str, *path: str, body: Mapping[str, Any] | None = None, timeout_s: float = 30.0
    ) -> Iterator[Any]:
        """Send one call whose answer comes as lines of JSON, and yield each as it comes; raises as `ask` does."""
        target = f"{self.url}{_PREFIX}/" + "/".join(quote(segment, safe="") for segment in path)
        headers = {"Authorization": f"Bearer {self._token()}"}
        timeout = httpx.Timeout(timeout_s, connect=_CONNECT_TIMEOUT_S)
        options = {"json": body, "headers": headers, "timeout": timeout}
        yield from _streamed(self._client, self._where, lambda lines: map(json.loads, lines), method, target, **options)

    @property
    def _where(self) -> "_Where":
        return _Where(self.url, "the admin API", f"echo ${URL_VARIABLE}")


class AppClient:
    """Calls the apps' API at `url` with the token of an app."""

    def __init__(self, url: str, token: str, *, local: bool) -> None:
        self.url = url.rstrip("/").removesuffix(_APPS_PREFIX)
        self._client = httpx.Client(
            base_url=f"{self.url}{_APPS_PREFIX}/",
            headers={"Authorization": f"Bearer {token}"},
            trust_env=not local,
            follow_redirects=False,
        )

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def get(self, path: str, query: Mapping[str, Any], timeout_s: float = 30.0) -> Any:
        """One question and its JSON; raises HubAway when no hub answers, HubRefused for an error."""
        try:
            answer = self._client.get(path, params=query, timeout=httpx.Timeout(timeout_s, connect=_CONNECT_TIMEOUT_S))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise HubAway(f"No hub answers at {self.url} ({_reason(error)}).", "hubctl serve") from None
        return _read(answer, self._where)

    def events(self, query: Mapping[str, Any], last_event_id: str, silence_s: float) -> Iterator[StreamEvent]:
        """Events of a stream as they come, until it ends; raises as `get` does, HubAway after `silence_s` without a word."""
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        timeout = httpx.Timeout(silence_s, connect=_CONNECT_TIMEOUT_S)
        options = {"params": query, "headers": headers, "timeout": timeout}
        yield from _streamed(self._client, self._where, _events, "GET", "stream", **options)

    @property
    def _where(self) -> "_Where":
        return _Where(self.url, "the apps' API", "")


class _Where(NamedTuple):
    """What should answer at a URL, and what to look at when something else does."""

    url: str
    api: str
    hint: str


def _streamed(
    client: httpx.Client,
    where: _Where,
    read: Callable[[Iterator[str]], Iterator[_Read]],
    method: str,
    target: str,
    **options: Any,
) -> Iterator[_Read]:
    """What `read` makes of the lines of an answer, as they come; raises HubAway when it breaks off, HubRefused for an error."""
    try:
        with client.stream(method, target, **options) as answer:
            if not answer.is_success:
                answer.read()
                _read(answer, where)
            yield from read(answer.iter_lines())
    except (httpx.HTTPError, ValueError) as error:
        raise HubAway(f"The hub at {where.url} broke off: {_reason(error)}.", "hubctl doctor") from None


def _read(answer: httpx.Response, where: _Where) -> Any:
    """The JSON of an answer; raises HubRefused for an error of the API, HubAway when it is no answer of one."""
    try:
        value = answer.json()
    except ValueError:
        value = None
    if answer.is_success and value is not None:
        return value
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        said = f"{where.url} answers HTTP {answer.status_code}, but not as {where.api} of a hub does."
        raise HubAway(said, where.hint)
    known = {name: str(error.pop(name, "")) for name in ("code", "message", "hint")}
    raise HubRefused(answer.status_code, known["code"], known["message"], known["hint"], error)


def _events(lines: Iterator[str]) -> Iterator[StreamEvent]:
    """Source: WHATWG HTML, server-sent events. A block without data moves the id on, and is told as `alive`."""
    name, identifier, data = "", "", ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "id":
            identifier = value
        elif field == "data":
            data = value
        elif not line:
            if name or identifier:
                yield StreamEvent(name or "alive", identifier, json.loads(data) if data else {})
            name, identifier, data = "", "", ""


def open_app_client(url: str, token: str) -> AppClient:
    """A client for the hub at `url`, else the one that HUB_ADMIN_URL names, else the one on this machine.

    Raises HubAway when there is none, HubRefused without a token.
    """
    token = token or os.environ.get(APP_TOKEN_VARIABLE, "")
    if not token:
        said = f"This needs the token of an app: {APP_TOKEN_VARIABLE}, or --token."
        raise HubRefused(401, "unauthenticated", said, "hubctl apps create NAME --emsp DE/EMA")
    url = url or os.environ.get(URL_VARIABLE, "")
    if url:
        return AppClient(url.rstrip("/").removesuffix(_PREFIX), token, local=False)
    settings = Settings()
    found = address.read(settings.data_path)
    if found is None:
        raise HubAway(f"No hub is running with the data directory {settings.data_path}.", "hubctl serve, or --hub-url")
    return AppClient(found.public_url or settings.public_url, token, local=True)


def open_client() -> AdminClient:
    """A client for the hub that HUB_ADMIN_URL names, else for the one that runs with this machine's data directory.

    Raises HubAway when there is neither, SecretKeyUnusable when this user may not read the hub's key.
    """
    url, token = os.environ.get(URL_VARIABLE, ""), os.environ.get(TOKEN_VARIABLE, "")
    if url:
        if not token:
            raise HubRefused(
                401,
                "unauthenticated",
                f"{URL_VARIABLE} is set but {TOKEN_VARIABLE} is not.",
                "hubctl admin token --help",
            )
        return AdminClient(url, lambda: token, local=False)
    return open_local(Settings(), token)


def open_local(settings: Settings, token: str = "") -> AdminClient:
    """A client for the hub that runs with the data directory of `settings`; `token` instead of minting one.

    Raises HubAway when there is none, SecretKeyUnusable when this user may not read the hub's key.
    """
    found = address.read(settings.data_path)
    if found is None:
        raise HubAway(f"No hub is running with the data directory {settings.data_path}.", "hubctl serve")
    return AdminClient(
        found.url,
        lambda: token or mint_token(settings, _user(), _LOCAL_LIFE),
        local=True,
        certificate_file=settings.tls_certificate_file,
    )


def mint_token(settings: Settings, subject: str, life: timedelta) -> str:
    """A token for the admin API, made with the server key of this machine.

    Raises HubAway when this machine has no server key, SecretKeyUnusable when it cannot be read, ValueError for a bad life.
    """
    secret_key = settings.secret_key.get_secret_value()
    if not secret_key and not (settings.data_path / KEY_FILE).exists():
        raise HubAway(f"There is no server key in {settings.data_path}: no hub ever started here.", "hubctl serve")
    secrets = Secrets.load(secret_key, settings.data_path)
    return bearer.mint(secrets.admin_key, subject=subject, now=now_utc(), life=life)


def _user() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = f"uid {os.getuid()}"
    return f"{name[:40]}@local"


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
