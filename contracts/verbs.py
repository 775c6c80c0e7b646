"""The step verbs: a good dozen words in which every check is written. Each takes the trial and the step's arguments, filled."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from contracts.assertions import differing, hold, number_in, same, shown
from contracts.client import authorization
from contracts.clock import monotonic_s
from contracts.outcomes import CheckFailed, CheckSkipped
from contracts.templates import look
from contracts.trial import Trial

PAGES_MAX = 500
_NONE = "none"
_WAIT_MAX_S = 50.0
_AGAIN_S = 0.2
ITEMS_MAX = 50_000
_LINK = re.compile(r"<([^<>]*)>\s*;[^,]*\brel\s*=\s*\"?next\"?", re.IGNORECASE)

Arguments = Mapping[str, Any]


async def play(trial: Trial, steps: Any) -> None:
    """Take steps in order; raises CheckFailed or CheckSkipped at the first that does not hold."""
    for step in steps:
        ((verb, arguments),) = step.items()
        if verb in _UNFILLED:
            await _UNFILLED[verb](trial, arguments)
        else:
            await VERBS[verb](trial, trial.fill(arguments))


async def _call(trial: Trial, arguments: Arguments) -> None:
    trial.scope[arguments.get("as", "reply")] = await trial.call(arguments)


async def _expect(trial: Trial, arguments: Arguments) -> None:
    reply = trial.scope.get(arguments.get("of", "reply"))
    if "any_of" in arguments:
        faults = [fault for one in arguments["any_of"] if (fault := _fault(trial, one, reply)) is not None]
        if len(faults) == len(arguments["any_of"]):
            raise CheckFailed(" or ".join(fault.expected for fault in faults), faults[0].observed)
    _look_at(trial, arguments, reply)


def _fault(trial: Trial, arguments: Arguments, reply: Any) -> CheckFailed | None:
    try:
        _look_at(trial, arguments, reply)
    except CheckFailed as failed:
        return failed
    return None


def _look_at(trial: Trial, arguments: Arguments, reply: Any) -> None:
    if "http" in arguments and not number_in(reply["http"], arguments["http"]):
        raise CheckFailed(f"HTTP {_words(arguments['http'])}", _said(reply))
    if arguments.get("refused") and not _is_refusal(reply):
        raise CheckFailed("a refusal (no success, no server error)", _said(reply))
    if "ocpi" in arguments:
        _look_at_envelope(arguments["ocpi"], reply)
    for name, assertion in arguments.get("headers", {}).items():
        hold({"about": f"the header {name}", **assertion}, reply["headers"].get(name.lower()))
    if "within_ms" in arguments and reply["ms"] > arguments["within_ms"]:
        raise CheckFailed(f"an answer within {arguments['within_ms']} ms", f"{reply['ms']} ms")
    if "schema" in arguments:
        trial.suite.classes.check(arguments["schema"], reply["data"])
    for assertion in arguments.get("that", []):
        hold(assertion, assertion["value"])


def _is_refusal(reply: Any) -> bool:
    """What was asked is not done, and the platform says so; HTTP 401 says that it did not even look."""
    code = reply["ocpi"]
    succeeded = reply["http"] < 300 and isinstance(code, int) and number_in(code, "1xxx")
    return number_in(reply["http"], ["2xx", "4xx"]) and reply["http"] != 401 and not succeeded


def _look_at_envelope(wanted: Any, reply: Any) -> None:
    """`none` wants an answer that is no success, with or without an envelope."""
    code = reply["ocpi"]
    if wanted == "none":
        if number_in(reply["http"], "2xx") and isinstance(code, int) and number_in(code, "1xxx"):
            raise CheckFailed("a refusal", _said(reply))
        return
    if not isinstance(code, int) or isinstance(code, bool):
        raise CheckFailed("an OCPI envelope with a status_code", _said(reply))
    if not number_in(code, wanted):
        raise CheckFailed(f"status_code {_words(wanted)}", _said(reply))


async def _fetch_all(trial: Trial, arguments: Arguments) -> None:
    """Every page of a list by its Links; a page that comes back, a Link elsewhere or a list without end is a fault."""
    items: list[Any] = []
    seen: set[str] = set()
    pages: list[dict[str, Any]] = []
    wanted: dict[str, Any] = dict(arguments)
    for _ in range(PAGES_MAX):
        reply = await trial.call(wanted)
        if reply["http"] != 200 or reply["ocpi"] != 1000 or not isinstance(reply["data"], list):
            raise CheckFailed(f"a list on page {len(pages) + 1} (HTTP 200, OCPI 1000)", _said(reply))
        items += reply["data"]
        pages.append({"size": len(reply["data"]), "headers": reply["headers"]})
        link = _LINK.search(reply["headers"].get("link", ""))
        if link is None or len(pages) >= arguments.get("pages_max", PAGES_MAX):
            trial.scope[arguments.get("as", "list")] = {
                "items": items,
                "data": items,
                "pages": pages,
                "count": len(items),
                "whole": link is None,
            }
            return
        following = urljoin(trial.exchanges[-1].sent.url, link[1])
        if following in seen or following == trial.exchanges[-1].sent.url:
            raise CheckFailed("a Link to the page that follows", f"page {len(pages)} leads back to {following[:200]}")
        if urlsplit(following).hostname != urlsplit(trial.exchanges[0].sent.url).hostname:
            raise CheckFailed("a Link to the same host", following[:200])
        if len(items) > ITEMS_MAX:
            raise CheckFailed(f"a list of at most {ITEMS_MAX} objects", "more than that")
        seen.add(following)
        wanted = {name: value for name, value in arguments.items() if name not in {"query", "path"}} | {
            "url": following
        }
    raise CheckFailed(f"a list that ends within {PAGES_MAX} pages", "it goes on")


async def _each(trial: Trial, arguments: Arguments) -> None:
    """Steps for each item that is as `where` says, at most `most`; `because` is why it is no fault when there is none."""
    items = trial.fill(arguments["in"])
    if not isinstance(items, list):
        raise CheckFailed("a list", shown(items))
    taken = 0
    for item in items:
        trial.scope[arguments["as"]] = item
        if taken < arguments.get("most", len(items)) and _fits(trial, arguments.get("where", ())):
            taken += 1
            await play(trial, arguments["steps"])
    if not taken and "because" in arguments:
        raise CheckSkipped(arguments["because"])


def _fits(trial: Trial, where: Any) -> bool:
    try:
        for assertion in trial.fill(where):
            hold(assertion, assertion["value"])
    except CheckFailed:
        return False
    return True


async def _compare(_: Trial, arguments: Arguments) -> None:
    ignored = frozenset(arguments.get("ignoring", ()))
    one, other = arguments["wanted"], arguments["got"]
    if arguments.get("members") == "wanted" and isinstance(one, Mapping) and isinstance(other, Mapping):
        other = {name: member for name, member in other.items() if name in one}
    if not same(one, other, ignored):
        raise CheckFailed(arguments.get("about", "the same object"), differing(one, other, ignored))


async def _set(trial: Trial, arguments: Arguments) -> None:
    for name, value in arguments.items():
        trial.scope[name] = value


async def _wait_for_call(trial: Trial, arguments: Arguments) -> None:
    """The first call that came there; `because` is why it is no fault when none comes in time."""
    prefix = trial.counterpart.url
    path = arguments["path"].removeprefix(prefix)
    method = arguments.get("method", "POST")
    try:
        called = await trial.counterpart.wait_for(
            lambda one: one.method == method and (one.path == path or one.path.startswith(path + "/")),
            min(float(arguments.get("within_s", 10)), _WAIT_MAX_S),
            f"{method} {path}",
        )
    except CheckFailed:
        if "because" in arguments:
            raise CheckSkipped(arguments["because"]) from None
        raise
    trial.scope[arguments.get("as", "called")] = called.value() | {
        "count": sum(one.method == method and one.path == path for one in trial.counterpart.calls)
    }


async def _script(trial: Trial, arguments: Arguments) -> None:
    trial.counterpart.script(
        arguments.get("method", "GET"),
        arguments["path"],
        arguments["http"],
        arguments.get("text", ""),
        arguments.get("times", 1),
    )


async def _together(trial: Trial, arguments: Arguments) -> None:
    calls = [trial.call(one) for one in arguments["calls"] for _ in range(arguments.get("copies", 1))]
    replies = await asyncio.gather(*calls)
    trial.scope[arguments.get("as", "replies")] = replies
    slowest = sorted(reply["ms"] for reply in replies)
    trial.scope["p95_ms"] = slowest[min(len(slowest) - 1, int(len(slowest) * 0.95))]


async def _pause(_: Trial, arguments: Arguments) -> None:
    await asyncio.sleep(float(arguments["seconds"]))


async def _require(trial: Trial, arguments: Arguments) -> None:
    """What is not there is not as required: the check cannot be judged, which is no fault."""
    try:
        filled = trial.fill(arguments)
        hold(filled, filled["value"])
    except CheckFailed:
        raise CheckSkipped(arguments["because"]) from None


async def _eventually(trial: Trial, arguments: Arguments) -> None:
    """The steps again and again until they hold; after `within_s` the last fault counts."""
    deadline_s = monotonic_s() + float(arguments["within_s"])
    while True:
        try:
            await play(trial, arguments["steps"])
        except (CheckFailed, CheckSkipped):
            if monotonic_s() >= deadline_s:
                raise
        else:
            return
        await asyncio.sleep(_AGAIN_S)


async def _learn(trial: Trial, arguments: Arguments) -> None:
    trial.session.quirks.update(arguments)


async def _session(trial: Trial, arguments: Arguments) -> None:
    """What the handshake changed: the token from now on, and which one it was registered with is used up."""
    trial.session.token = _token(arguments["token"])
    if "token_a" in arguments:
        trial.session.token_a = _token(arguments["token_a"])
        trial.session.registered_here = trial.session.token_a is None
    for secret in (trial.session.token, trial.session.token_a):
        if secret:
            trial.session.secrets |= {secret, authorization(secret, "base64").removeprefix("Token ")}
    trial.scope["session"] = {"token": trial.session.token, "token_a": trial.session.token_a}


def _token(word: str) -> str | None:
    return word if word != _NONE else None


VERBS: Mapping[str, Callable[[Trial, Arguments], Awaitable[None]]] = {
    "call": _call,
    "expect": _expect,
    "fetch_all": _fetch_all,
    "compare": _compare,
    "set": _set,
    "wait_for_call": _wait_for_call,
    "script": _script,
    "together": _together,
    "pause": _pause,
    "learn": _learn,
    "session": _session,
}
_UNFILLED: Mapping[str, Callable[[Trial, Arguments], Awaitable[None]]] = {
    "each": _each,
    "eventually": _eventually,
    "require": _require,
}
"""They fill their places themselves: two hold steps of their own, one forgives a place that is empty."""


def _said(reply: Any) -> str:
    code = reply["ocpi"]
    envelope = f"OCPI {code}" if isinstance(code, int) else "no OCPI envelope"
    message = look("message", reply)
    return f"HTTP {reply['http']}, {envelope}" + (f" ({str(message)[:160]})" if message else "")


def _words(wanted: Any) -> str:
    return " or ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)
