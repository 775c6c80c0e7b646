"""The step verbs: a good dozen words in which every check is written. Each takes the trial and the step's arguments, filled."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

from contracts.assertions import differing, hold, number_in, only, same, shown
from contracts.client import URL_MAX_CHARS
from contracts.clock import monotonic_s
from contracts.outcomes import CheckFailed, CheckSkipped
from contracts.quirks import is_wrapped
from contracts.templates import look
from contracts.trial import Trial

PAGES_MAX = 500
_NONE = "none"
_SAID_CHARS = 160
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
    """In the order in which people look; a place is filled when its turn comes, so that the first fault is the one named."""
    if "http" in arguments:
        http = trial.fill(arguments["http"])
        if not number_in(reply["http"], http):
            raise CheckFailed(f"HTTP {_words(http)}", _said(reply))
    if arguments.get("refused") and not _is_refusal(reply):
        raise CheckFailed("a refusal (no success, no server error)", _said(reply))
    if "ocpi" in arguments:
        _look_at_envelope(trial.fill(arguments["ocpi"]), reply)
    for name, assertion in arguments.get("headers", {}).items():
        hold({"about": f"the header {name}", **trial.fill(assertion)}, reply["headers"].get(name.lower()))
    if "within_ms" in arguments and reply["ms"] > arguments["within_ms"]:
        raise CheckFailed(f"an answer within {arguments['within_ms']} ms", f"{reply['ms']} ms")
    if "schema" in arguments:
        wanted = trial.fill(arguments["schema"])
        if is_wrapped(reply["data"]) and not wanted.startswith("["):
            trial.session.quirks["wrapped_objects"] = True
        trial.suite.classes.check(wanted, reply["data"])
    for assertion in arguments.get("that", []):
        filled = _filled(trial, assertion)
        hold(filled, filled["value"])


def _filled(trial: Trial, assertion: Arguments) -> Arguments:
    """What is asked whether it is there may be missing: then its value is none."""
    if "present" not in assertion:
        return dict(trial.fill(assertion))
    rest = trial.fill({word: wanted for word, wanted in assertion.items() if word != "value"})
    try:
        return {**rest, "value": trial.fill(assertion["value"])}
    except CheckFailed:
        return {**rest, "value": None}


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
    pages: list[dict[str, Any]] = []
    seen: set[str] = set()
    wanted: dict[str, Any] = dict(arguments)
    following: str | None = ""
    while following is not None:
        reply = await trial.call(wanted)
        if reply["http"] != 200 or reply["ocpi"] != 1000 or not isinstance(reply["data"], list):
            raise CheckFailed(f"a list on page {len(pages) + 1} (HTTP 200, OCPI 1000)", _said(reply))
        items += reply["data"]
        seen.add(reply["sent"]["url"])
        following = _following(reply, seen)
        pages.append({"size": len(reply["data"]), "headers": reply["headers"], "link": following})
        if following is None or len(pages) >= arguments.get("pages_max", PAGES_MAX + 1):
            break
        if trial.full or len(pages) >= PAGES_MAX or len(items) > ITEMS_MAX:
            if "pages_max" in arguments:
                break
            _too_long(reply, len(items))
        wanted = {name: value for name, value in arguments.items() if name not in {"query", "path"}}
        wanted["url"] = following
    trial.scope[arguments.get("as", "list")] = {
        "items": items,
        "data": items,
        "pages": pages,
        "count": len(items),
        "whole": following is None,
    }


def _following(reply: Any, seen: set[str]) -> str | None:
    """The URL of the page that follows; None on the last one."""
    link = _LINK.search(reply["headers"].get("link", "")[: 2 * URL_MAX_CHARS])
    if link is None:
        return None
    asked = reply["sent"]["url"]
    try:
        following: str = urljoin(asked, link[1])
        there, here = urlsplit(following), urlsplit(asked)
        same_host = bool(there.hostname == here.hostname)
    except ValueError:
        raise CheckFailed("a Link with a URL", link[1][:200]) from None
    if len(following) > URL_MAX_CHARS:
        raise CheckFailed(f"a Link of at most {URL_MAX_CHARS} characters", f"one of {len(following)}")
    if following in seen:
        raise CheckFailed("a Link to the page that follows", f"page {len(seen)} leads back to {following[:200]}")
    if not same_host or (here.scheme, there.scheme) == ("https", "http"):
        raise CheckFailed("a Link to the same host, over https where the list is", following[:200])
    return following


def _too_long(reply: Any, count: int) -> NoReturn:
    """A list may be larger than a check can hold; one that has given more than its X-Total-Count has no end."""
    total = reply["headers"].get("x-total-count", "")
    if re.fullmatch(r"[0-9]{1,15}", total) and int(total) > count:
        raise CheckSkipped(f"the list has {int(total)} objects, more than can be looked at whole")
    raise CheckFailed("a list that ends where its X-Total-Count says", f"it goes on after {count} objects")


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
        await asyncio.sleep(0)  # steps that make no call leave no other place where the time can run out
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
    if arguments.get("members") == "wanted" and isinstance(one, Mapping):
        other = only(other, one)
    if "only" in arguments:
        one, other = only(one, arguments["only"]), only(other, arguments["only"])
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
    trial.session.keep_token_of(called.json)
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
    wanted = [one for _ in range(arguments.get("copies", 1)) for one in arguments["calls"]]
    free = asyncio.Semaphore(arguments.get("parallel", len(wanted)))

    async def in_turn(call: Arguments) -> dict[str, Any]:
        async with free:
            return await trial.call(call, together=len(wanted))

    calls = [in_turn(one) for one in wanted]
    replies: list[dict[str, Any]] = []
    for reply in await asyncio.gather(*calls, return_exceptions=True):  # none may go on when the check has ended
        if isinstance(reply, BaseException):
            raise reply
        replies.append(reply)
    trial.scope[arguments.get("as", "replies")] = replies
    slowest = sorted(reply["ms"] for reply in replies)
    trial.scope["p95_ms"] = slowest[min(len(slowest) - 1, int(len(slowest) * 0.95))]


async def _pause(trial: Trial, arguments: Arguments) -> None:
    """Nothing is sent for so long; what the platform called meanwhile is there afterwards."""
    began_s = monotonic_s()
    await asyncio.sleep(float(arguments["seconds"]) * trial.patience)
    trial.scope[arguments.get("as", "silence")] = {"calls": trial.counterpart.since(began_s)}


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
    trial.session.quirks |= {name: _brief(value) for name, value in arguments.items()}


async def _session(trial: Trial, arguments: Arguments) -> None:
    """What the handshake changed: the token from now on, and whether the one it was made with is used up.

    When the platform gave no token, nothing has changed.
    """
    try:
        filled = trial.fill(arguments)
    except CheckFailed:
        return
    session = trial.session
    session.retired += [session.token] if session.token else []
    session.token = None if filled["token"] == _NONE else str(filled["token"])
    session.keep_secret(session.token)
    session.handshake = filled.get("handshake", session.handshake)
    if filled.get("token_a") == _NONE and session.token_a:
        session.retired.append(session.token_a)
        session.token_a, session.registered_here = None, True


VERBS: Mapping[str, Callable[[Trial, Arguments], Awaitable[None]]] = {
    "call": _call,
    "fetch_all": _fetch_all,
    "compare": _compare,
    "set": _set,
    "wait_for_call": _wait_for_call,
    "script": _script,
    "together": _together,
    "pause": _pause,
    "learn": _learn,
}
_UNFILLED: Mapping[str, Callable[[Trial, Arguments], Awaitable[None]]] = {
    "each": _each,
    "eventually": _eventually,
    "expect": _expect,
    "require": _require,
    "session": _session,
}
"""They fill their places themselves: when the step or the word that has them is at hand, or forgiving an empty one."""


def _brief(value: Any) -> Any:
    if isinstance(value, bool | int | None):
        return value
    return value[:_SAID_CHARS] if isinstance(value, str) else shown(value)


def _said(reply: Any) -> str:
    code = reply["ocpi"]
    envelope = f"OCPI {code}" if isinstance(code, int) else reply["fault"] or "no OCPI envelope"
    message = look("message", reply)
    return f"HTTP {reply['http']}, {envelope}" + (f" ({_brief(message)})" if message else "")


def _words(wanted: Any) -> str:
    return " or ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)
