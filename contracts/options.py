"""The words of a run, read: what `hubctl contract run` and `python -m contracts run` understand in the same way."""

import difflib
import ipaddress
import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from contracts.client import URL_MAX_CHARS
from contracts.run import Target
from contracts.suite import Suite

TOKEN_VARIABLE = "OCPI_TOKEN"  # noqa: S105 - the name of the variable
LIMIT_MAX_S = 3600.0
_TOKEN_FILE_CHARS = 4096
_PARTY = re.compile(r"([A-Za-z]{2})[-*/]?([A-Za-z0-9]{3})")


class WrongWords(Exception):
    """An option that cannot be; the message names it, and never shows a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A run as it was asked for; each field is the option of its name."""

    role: str
    versions_url: str
    token: str = field(default="", repr=False)
    token_file: str = ""
    register: bool = False
    mode: str = "observe"
    party: str = ""
    us: str = "NL-CTS"
    """`--as`"""
    modules: Collection[str] = ()
    checks: Collection[str] = ()
    listen: str = "127.0.0.1:0"
    callback_url: str = ""
    agreed: Collection[str] = ()
    """`--agreed`: `NL-CPA-CPO`"""
    public_only: bool = False
    patience: float = 1.0
    """`--patience`: below 1 what a platform does late is not seen, and the report says so."""
    limit_s: float = 0.0
    """`--limit`; 0 is that of the mode."""


def read_target(words: Words, suite: Suite, environment: Mapping[str, str]) -> Target:
    """What to run against; raises WrongWords."""
    if not 0 <= words.limit_s <= LIMIT_MAX_S:
        raise WrongWords(f"--limit is a number of seconds, at most {LIMIT_MAX_S:.0f}.")
    if not 0 < words.patience <= 1:
        raise WrongWords("--patience is a share above 0, at most 1.")
    _url(words.versions_url, "--versions-url")
    if words.callback_url:
        _url(words.callback_url, "--callback-url")
    listen = _address(words.listen)
    if not words.callback_url and _ip(listen[0]) in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not listened on
        raise WrongWords("--listen on every address needs --callback-url: what the platform calls this machine.")
    return Target(
        role=words.role,
        versions_url=words.versions_url,
        token=_token(words, environment),
        register=words.register,
        mode=words.mode,
        party=_party(words.party, "--party") if words.party else None,
        us=_party(words.us, "--as"),
        listen=listen,
        callback_url=words.callback_url,
        public_only=words.public_only,
        agreed=tuple(_role(one) for one in words.agreed),
        modules=_known(words.modules, {name for one in suite.checks for name in one.modules}, "--module", "module"),
        checks=_known(
            [one.upper() for one in words.checks], {one.check_id for one in suite.checks}, "--check", "check"
        ),
        patience=words.patience,
        limit_s=words.limit_s,
    )


def advice(target: Target) -> str:
    """What will probably not work, as one sentence; nothing when all is well."""
    unreachable = not target.callback_url and _is_loopback(target.listen[0])
    if target.mode == "exercise" and unreachable and not _is_loopback(urlsplit(target.versions_url).hostname or ""):
        return (
            "The platform cannot call this machine back at 127.0.0.1, so checks that wait for a call will fail: "
            "give --listen and --callback-url."
        )
    return ""


def _url(written: str, option: str) -> None:
    try:
        parts = urlsplit(written)
        usable = _is_usable(parts) and len(written) <= URL_MAX_CHARS
    except ValueError:
        usable = False
    if not usable:
        raise WrongWords(f"{option} is an absolute http or https URL, without a user name.")


def _is_usable(parts: SplitResult) -> bool:
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None and parts.port != 0


def _address(written: str) -> tuple[str, int]:
    host, colon, port = written.rpartition(":")
    if not colon or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
        raise WrongWords("--listen is HOST:PORT, such as 127.0.0.1:9000; port 0 takes a free one.")
    return host.strip("[]") or "127.0.0.1", int(port)


def _party(written: str, option: str) -> dict[str, str]:
    found = _PARTY.fullmatch(written.strip())
    if found is None:
        raise WrongWords(f"{option} is a country code and a party id, such as NL-CPA.")
    return {"country_code": found[1].upper(), "party_id": found[2].upper()}


def _role(written: str) -> dict[str, str]:
    party, _, role = written.strip().replace("/", "-").replace("*", "-").rpartition("-")
    if not re.fullmatch("[A-Za-z]{3,5}", role):
        raise WrongWords("--agreed is a party in a role, such as NL-CPA-CPO.")
    return {"role": role.upper(), **_party(party, "--agreed")}


def _known(wanted: Collection[str], known: Collection[str], option: str, what: str) -> frozenset[str]:
    for name in wanted:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise WrongWords(f"{option}: the suite has no {what} {name!r}.{hint}")
    return frozenset(wanted)


def _token(words: Words, environment: Mapping[str, str]) -> str:
    if words.token and words.token_file:
        raise WrongWords("Give --token or --token-file, not both.")
    token = words.token or (_read(words.token_file) if words.token_file else environment.get(TOKEN_VARIABLE, ""))
    token = token.strip()
    if not token:
        raise WrongWords(f"A token is needed: --token-file FILE, - for stdin, or the variable {TOKEN_VARIABLE}.")
    if not re.fullmatch("[!-~]+", token):
        raise WrongWords("The token has characters that no credentials token has: only printable ASCII, no spaces.")
    return token


def _read(file: str) -> str:
    try:
        text = sys.stdin.read(_TOKEN_FILE_CHARS) if file == "-" else Path(file).read_text()[:_TOKEN_FILE_CHARS]
    except (OSError, UnicodeDecodeError) as error:
        raise WrongWords(
            f"--token-file {file} cannot be read: {getattr(error, 'strerror', None) or 'not text'}."
        ) from None
    if not text.strip():
        raise WrongWords(f"--token-file {file} is empty.")
    return text


def _ip(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
