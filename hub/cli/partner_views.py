"""What hubctl shows of partners: the invitation, the list, and one partner with what to do about it."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import typer

from hub.cli import output, verdicts
from hub.cli.output import Column

_STATUS_COLOURS = {
    "CONNECTED": output.GREEN,
    "OFFLINE": output.RED,
    "PLANNED": output.YELLOW,
    "SUSPENDED": output.YELLOW,
}
_OLD_TOKEN_DAYS = 90
_FAULTS_SHOWN = 5


def show_invitation(shown: Mapping[str, str], parties: list[str], expires_at: str | None) -> None:
    """The values to hand over on stdout, what to do with them on stderr."""
    output.say(f"Invited {output.plain(shown['name'])} as {', '.join(parties)}. The token is shown this once:")
    for title, key in (("versions URL", "versions_url"), ("token", "token"), ("token in", "token_file")):
        if key in shown:
            typer.echo(f"{title:<15}{shown[key]}" if output.on_terminal() else f"{title}\t{shown[key]}")
    if expires_at:
        output.say(f"expires        {output.instant(expires_at)}, one use")
    first = "-".join(parties[0].upper().replace("*", "/").replace("-", "/").split("/")[:2])
    output.say(f"Next: hand both over, then watch   hubctl traffic tail --partner {first}")


def show_partners(partners: list[dict[str, Any]], *, as_json: bool) -> None:
    """One line a partner, and who needs a look."""
    if as_json:
        output.show_json(partners)
        return
    rows = [_row(one) for one in partners]
    columns = (
        Column("PARTNER", "parties"),
        Column("NAME", "name"),
        Column("ROLES", "roles"),
        Column("STATUS", "status"),
        Column("OCPI", "version"),
        Column("LAST SEEN", "last_seen_at", output.ago),
        Column("IN/MIN", "received"),
        Column("OUT/MIN", "sent"),
        Column("FAILED", "errors"),
        Column("P95", "p95_ms", lambda ms: output.milliseconds(ms) if ms else ""),
        Column("TOKEN AGE", "token_age_days", _token_age),
    )
    first = "No partners yet. Invite the first: hubctl partner invite NAME --party NL/CPA/CPO"
    output.show_list(rows, columns, as_json=False, empty=first)
    needy = [one for one in partners if one["status"] == "OFFLINE"]
    if output.on_terminal() and partners:
        count = f"{len(partners)} partner{'s' if len(partners) != 1 else ''}"
        look = f" · {len(needy)} need you: hubctl partner show {_word(needy[0])}" if needy else ""
        output.say(count + look)


def show_partner(one: dict[str, Any]) -> None:
    """One partner: what is wrong and what to run first."""
    status = output.paint(one["status"], _STATUS_COLOURS.get(one["status"], output.DIM))
    typer.echo(f"{output.plain(one['name'])}   {status}   {one['state'].lower()}")
    for title, text in (*_needs(one), *_facts(one)):
        typer.echo(f"{title:<12}{text}")
    for hosted in one["parties"]:
        party = f"{hosted['country_code']}*{hosted['party_id']}"
        typer.echo(
            f"{'PARTY':<12}{party} {hosted['role']:<5} {hosted['status']:<10} {output.plain(hosted['name'])}".rstrip()
        )
    for offered in one["endpoints"]:
        typer.echo(f"{'ENDPOINT':<12}{offered['module']:<17} {offered['interface']:<9} {output.plain(offered['url'])}")


def _facts(one: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "MAY BE", ", ".join(one["claims"]) or "-"
    yield "OCPI", f"{one['version'] or '-'}   {output.plain(one['versions_url']) or 'no versions URL yet'}"
    yield "LAST SEEN", output.ago(one["last_seen_at"])
    yield "TOKENS", f"age {_token_age(one['token_age_days'])}, sent as {one['token_encoding']}"
    switches = f"trailing slash {_on(one['trailing_slash'])}, catch-up {_on(one['catch_up'])}"
    yield "SWITCHES", switches + (", repeats request ids" if one["repeats_request_ids"] else "")
    for name, value in sorted(one.get("learned", {}).items()):
        yield "LEARNED", f"{name.replace('_', ' ')}: {output.plain(value)}"
    for timely in one.get("timeliness", ()):
        if timely["updates"]:
            yield "UPDATES", _timely(timely)
    for each in one.get("standings", ()):
        yield "VERDICT", verdicts.line(each)
    for fault in one.get("faults", ())[:_FAULTS_SHOWN]:
        yield "INVALID", f"{fault['count']}x {output.plain(fault['rule'])}"


def _timely(timely: Mapping[str, Any]) -> str:
    """`NL*CPA 1200 location updates in 7 days, 12 % without change, delay p50 2 s, p95 90 s, last push 3 min ago`."""
    pushed = f"last push {output.ago(timely['last_push_at'])}" if timely["last_push_at"] else "pulled, never pushed"
    return (
        f"{timely['party']} {timely['updates']} location updates in 7 days, {timely['unchanged_share']:.0%} without change, "
        f"delay p50 {timely['delay_p50_s']:g} s, p95 {timely['delay_p95_s']:g} s, {pushed}"
    )


def _needs(one: dict[str, Any]) -> Iterator[tuple[str, str]]:
    word = _word(one)
    if one["status"] == "OFFLINE":
        yield (
            "WHY",
            "it does not answer; the hub asks again with growing pauses and sends what it missed when it is back",
        )
        yield "DO", f"hubctl traffic tail --partner {word} --status fail"
    elif one["state"] == "INVITED":
        until = (
            f", its invitation ends {output.instant(one['invitation_expires_at'])}"
            if one["invitation_expires_at"]
            else ""
        )
        yield "WHY", f"it has not registered yet{until}"
        yield "DO", f"hubctl traffic tail --partner {word}"
    elif one["state"] == "SUSPENDED":
        yield "WHY", f"suspended by the operator: {output.plain(one['suspended_reason']) or 'no reason given'}"
        yield "DO", f"hubctl partner resume {word}"
    elif one["state"] == "UNREGISTERED":
        yield "WHY", "it deleted its credentials"
        yield "DO", f"hubctl partner invite {word} --party …"
    elif (one["token_age_days"] or 0) > _OLD_TOKEN_DAYS:
        yield "WHY", f"its token is {one['token_age_days']:.0f} days old"
        yield "DO", f"hubctl partner rotate {word}"


def _row(one: dict[str, Any]) -> dict[str, Any]:
    parties = sorted({f"{hosted['country_code']}*{hosted['party_id']}" for hosted in one["parties"]})
    roles = sorted({hosted["role"] for hosted in one["parties"]})
    return {**one, **one["last_minute"], "parties": parties, "roles": roles}


def _word(one: dict[str, Any]) -> str:
    return shlex.quote(output.plain(one["name"]))


def _token_age(days: float | None) -> str:
    if days is None:
        return "-"
    return f"{days:.0f} d" + (" !" if days > _OLD_TOKEN_DAYS else "")


def _on(value: bool) -> str:
    return "on" if value else "off"
