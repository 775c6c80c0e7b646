"""`make bench`: measure in one run, and print the figures with the machine they come from."""

import argparse
import os
import platform
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks import (
    authorize,
    availability,
    availability_http,
    availability_live,
    broadcast,
    commits,
    forward,
    idle,
    matrix,
    money,
    page,
    pages,
    workers,
)
from benchmarks.running import HubProcess, hub_process, pin, processors


class Processors(NamedTuple):
    """Where what is measured runs, and where everything else; None where the machine has one alone."""

    measured: int | None
    rest: int | None


def main() -> None:
    """Run the named parts (all by default), one hub for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them if none is named")
    parts = parser.parse_args().parts
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}: choose from {', '.join(PARTS)}")
    given = Processors(*processors())
    load_1m = os.getloadavg()[0]
    print(
        f"machine    {os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}, load {load_1m:.1f}"
    )
    for part in parts or PARTS:
        pin(os.getpid(), given.rest)
        PARTS[part](given)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ocpi-hub-bench-") as folder:
        yield Path(folder)


@contextmanager
def _hub(given: Processors) -> Iterator[HubProcess]:
    with _folder() as folder, hub_process(folder, *given) as hub:
        yield hub


def _start(given: Processors) -> None:
    with _hub(given) as hub:
        print(
            f"start      {hub.started_in_s:.2f} s to ready with its private mongod, {hub.memory_mib():.0f} MiB resident"
        )


def _forward(given: Processors) -> None:
    with _hub(given) as hub:
        _print_forward(uvloop.run(forward.measure(hub, given.measured)))
        print(f"forward    {hub.untraced_legs()} legs were not traced")


def _matrix(given: Processors) -> None:
    with _folder() as folder, hub_process(folder, given.measured, given.rest, **matrix.SETTINGS) as hub:
        uvloop.run(_print_matrix(hub, folder / "nginx", given.measured))
        print(f"matrix     {hub.untraced_legs()} legs were not traced")


async def _print_matrix(hub: HubProcess, folder: Path, measured: int | None) -> None:
    print(f"matrix     {'':<15} {'connections':>11} {'':<6} requests/s    p50 ms    p99 ms  CPU us each   failed")
    seen: set[str] = set()
    async for cell in matrix.measure(hub, folder, measured):
        seen.add(cell.server)
        result = cell.result
        print(
            f"matrix     {cell.kind:<15} {cell.connections:>11} {cell.server:<6} {result.per_s:10.0f} "
            f"{result.percentile_ms(50):9.2f} {result.percentile_ms(99):9.2f} {cell.cpu_us:12.0f} {result.failed:8}"
        )
    if "nginx" not in seen:
        print("matrix     nginx was not measured: there is none here (Debian: nginx-light)")


def _workers(_: Processors) -> None:
    with _folder() as folder:
        found = uvloop.run(workers.measure(folder))
    _compare_workers(found)
    print(
        f"workers    on {os.cpu_count()} processors with database, receiver and load {found.ceiling:.2f} is the most; "
        f"by processor time {found.alone:.2f} where workers have processors of their own"
    )
    try:
        with _folder() as folder:
            limited = uvloop.run(workers.measure(folder, workers.SHARE))
    except OSError as error:
        print(
            f"workers    with a share of a processor for each: not measured, control groups are not ours to make ({error})"
        )
        return
    print(f"workers    with {workers.SHARE} of a processor for each worker, and room for all else:")
    _compare_workers(limited)


def _compare_workers(found: workers.Compared) -> None:
    for name, rate in (("one", found.one), ("two", found.two)):
        print(
            f"workers    {name}: {rate.per_s:6.0f} requests/s, {rate.failed:.0f} failed; processor for each: workers "
            f"{rate.workers_us:.0f} us, database {rate.database_us:.0f}, receiver and load {rate.load_us:.0f}; "
            f"{rate.busy:.2f} processors busy; {rate.untraced} legs were not traced"
        )
    print(
        f"workers    ratio {found.ratio:.2f} (wanted {workers.WANTED_RATIO}: {_reached(found.ratio >= workers.WANTED_RATIO)})"
    )


def _idle(given: Processors) -> None:
    with _folder() as folder:
        found = uvloop.run(idle.measure(folder, given.measured, given.rest))
    start_s = statistics.median(found.started_in_s)
    print(
        f"idle       {idle.FEW} partners: {start_s:.2f} s to ready with its private mongod, worst {found.started_in_s[-1]:.2f} s "
        f"(wanted {idle.WANTED_START_S}: {_reached(start_s < idle.WANTED_START_S)})"
    )
    print(
        f"idle       {idle.MANY} partners: {found.memory_mib:.0f} MiB resident "
        f"(wanted {idle.WANTED_MIB:.0f}: {_reached(found.memory_mib < idle.WANTED_MIB)}); {found.quiet:.1%} of a processor, "
        f"{found.share:.1%} with a still-alive check of {found.check_ms:.1f} ms for each in {idle.SILENCE_S:.0f} s "
        f"(wanted {idle.WANTED_SHARE:.0%}: {_reached(found.share < idle.WANTED_SHARE)})"
    )


def _pages(given: Processors) -> None:
    with _folder() as folder:
        found = uvloop.run(pages.measure(folder, given.measured, given.rest))
    print(
        f"pages      {found.objects} Locations in pages of {pages.PAGE}, X-Total-Count {found.total}; "
        f"{found.memory_mib:.0f} MiB resident, grown by {found.growth_mib:.0f}"
        f" (wanted {pages.WANTED_GROWTH_MIB:.0f}: {_reached(found.growth_mib < pages.WANTED_GROWTH_MIB)}); "
        f"{found.stored_bytes:.0f} bytes on disk each"
    )
    first = statistics.median(found.first)
    for name, took in (("first", found.first), ("thousandth by link", found.last), ("all by offset", found.by_offset)):
        middle = statistics.median(took)
        print(
            f"pages      {name}: p50 {middle:.1f} ms, worst {took[-1]:.1f} ms, {middle / first:.2f} times the first "
            f"(wanted {pages.WANTED_TIMES:.0f}: {_reached(middle <= pages.WANTED_TIMES * first)})"
        )
    print(f"pages      the thousandth by offset, where nobody walked before: {found.jump_ms:.0f} ms")
    p99 = found.every[int(len(found.every) * 0.99)]
    print(
        f"pages      {len(found.every)} pages of one walk by links: p50 {statistics.median(found.every):.1f} ms, "
        f"p99 {p99:.1f} ms{_wanted(p99, pages.WANTED_P99_MS)}, worst {found.every[-1]:.1f} ms"
    )


def _authorize(given: Processors) -> None:
    with _hub(given) as hub:
        through, direct = uvloop.run(authorize.measure(hub))
        middle, worst = authorize.added_ms(through, direct)
        print(f"authorize  the hub adds {middle:.2f} ms (median), {worst:.2f} ms (p99); {through.failed} failed")


def _broadcast(given: Processors) -> None:
    with _hub(given) as hub:
        _print_spread(uvloop.run(broadcast.measure(hub)))
        print(f"           {hub.memory_mib():.0f} MiB resident after the broadcasts")


def _page(given: Processors) -> None:
    with _hub(given) as hub:
        _print_page(uvloop.run(page.measure(hub)))


def _availability_http(given: Processors) -> None:
    with _folder() as folder:
        _print_apps(uvloop.run(availability_http.measure(folder, *given)))


def _print_forward(found: forward.Forwarded) -> None:
    for name, result in (("bare", found.bare), ("hub", found.hub)):
        print(
            f"forward    {name:<5} {result.per_s:7.0f} requests/s, p50 {result.percentile_ms(50):.2f} ms, "
            f"p99 {result.percentile_ms(99):.2f} ms, {result.failed} failed of {result.requests}"
        )
    reached = _reached(found.ratio >= forward.WANTED_RATIO)
    print(
        f"forward    ratio {found.ratio:.2f} (median of {forward.ROUNDS} rounds; wanted {forward.WANTED_RATIO}: {reached})"
    )


def _print_spread(found: broadcast.Spread) -> None:
    accepted = found.accepted
    print(
        f"broadcast  {accepted.per_s:.0f} accepted/s (p50 {accepted.percentile_ms(50):.1f} ms, "
        f"p99 {accepted.percentile_ms(99):.1f} ms, {accepted.failed} failed), "
        f"{found.deliveries_per_s:.0f} deliveries/s to {broadcast.RECEIVERS} receivers, {found.deliveries} arrived of "
        f"{(accepted.requests - accepted.failed) * broadcast.RECEIVERS}"
    )


def _print_page(found: page.Viewed | None) -> None:
    if found is None:
        print("page       not measured: there is no Chromium here")
        return
    middle = statistics.median(found.first_updates_s)
    reached = _reached(middle < page.WANTED_FIRST_UPDATE_S)
    print(
        f"page       first live update with {found.points} points {middle:.2f} s (median of {len(found.first_updates_s)}; "
        f"wanted {page.WANTED_FIRST_UPDATE_S:.0f} s: {reached})"
    )
    print(
        f"page       at {found.changes_per_s:.0f} changes/s: {found.frames_per_s:.0f} frames/s, "
        f"longest pause {found.longest_pause_ms:.0f} ms"
    )
    cost = found.share_with - found.share_without
    reached = _reached(cost < page.WANTED_CORE_SHARE)
    print(
        f"page       one viewer costs the hub {cost:.1%} of a core ({found.share_with:.1%} with, "
        f"{found.share_without:.1%} without; wanted {page.WANTED_CORE_SHARE:.0%}: {reached})"
    )


def _commits(_: Processors) -> None:
    with _folder() as folder:
        found = uvloop.run(commits.measure(folder))
    reached = _reached(found.ratio >= commits.WANTED_RATIO)
    print(
        f"commits    {found.alone_per_s:.0f} durable saves/s with a journaled write each, {found.together_per_s:.0f} together: "
        f"{found.ratio:.1f} times (wanted {commits.WANTED_RATIO:.0f}: {reached}); {commits.SENDERS} senders"
    )


def _print_apps(found: availability_http.Found) -> None:
    part = availability_http
    print(
        f"apps       {found.evses} EVSEs at {found.locations} locations; {found.memory_mib:.0f} MiB resident at the end"
    )
    for name, timed in (("plain", found.plain), ("gzip", found.gzipped)):
        print(
            f"apps       nearest 50 free of 22 kW within 10 km, {name}, {part.SEARCHES_PER_S}/s: "
            f"p50 {timed.percentile_ms(50):.1f} ms, p99 {timed.percentile_ms(99):.1f} ms, "
            f"{timed.cpu_ms:.1f} ms of processor each, {timed.failed} failed"
            f"{_wanted(timed.percentile_ms(99), part.WANTED_SEARCH_P99_MS)}"
        )
    worst = found.clusters.percentile_ms(100)
    print(
        f"apps       clusters of a box of {found.clustered_evses} EVSEs: p50 {found.clusters.percentile_ms(50):.1f} ms, "
        f"worst {worst:.1f} ms, {found.clusters.cpu_ms:.1f} ms of processor each{_wanted(worst, part.WANTED_CLUSTERS_MS)}"
    )
    changes = found.changes
    print(
        f"apps       {found.updates_per_s:.0f} updates/s, {part.SUBSCRIBERS} streams: {found.events} events, "
        f"{found.missed} missed, {changes.failed} streams lost; {changes.cpu_ms:.2f} ms of processor an update; "
        f"p50 {changes.percentile_ms(50):.0f} ms, p99 {changes.percentile_ms(99):.0f} ms"
        f"{_wanted(changes.percentile_ms(99), part.WANTED_CHANGE_P99_MS)}"
    )


def _reached(holds: bool) -> str:
    return "reached" if holds else "NOT reached"


def _wanted(measured_ms: float, wanted_ms: float) -> str:
    return f" (wanted {wanted_ms:g}: {_reached(measured_ms <= wanted_ms)})"


def _money(given: Processors) -> None:
    measured, rest = given
    pin(os.getpid(), measured)
    speed = money.measure_speed()
    for name, rate, wanted in (
        ("priced and explained, parsed", speed.parsed_per_s, money.WANTED_PARSED_PER_S),
        ("priced and explained, from text", speed.text_per_s, money.WANTED_TEXT_PER_S),
    ):
        reached = _reached(rate >= wanted)
        print(f"money      {name}: {rate:.0f} CDRs/s on one core (wanted {wanted}: {reached})")
    print(f"money      checked by every rule, parsed: {speed.checked_per_s:.0f} CDRs/s on one core")
    for name, ms in money.measure_hostile().items():
        reached = "" if ms <= money.WANTED_HOSTILE_MS else f", MORE than {money.WANTED_HOSTILE_MS:.0f} ms"
        print(f"money      {name}: priced or refused in {ms:.1f} ms{reached}")
    pin(os.getpid(), rest)
    for count in (money.FEW, money.MANY):
        found = money.measure_memory(count, measured)
        print(
            f"money      hubctl cdrs check: {found.cdrs} CDRs, {found.peak_mib:.0f} MiB at most, "
            f"{found.cdrs / found.seconds:.0f} CDRs/s"
        )


def _availability(given: Processors) -> None:
    measured, rest = given
    pin(os.getpid(), measured)
    built = availability.build()
    _line(
        f"{len(built.index.points)} EVSEs built in {built.seconds:.1f} s", built.seconds <= availability.WANTED_BUILD_S
    )
    _line(f"{built.mib:.0f} MiB for all of it", built.mib <= availability.WANTED_MIB)
    near = availability.near_ms(built)
    wanted = availability.WANTED_NEAR_P50_MS, availability.WANTED_NEAR_P99_MS
    p50, p99 = (availability.percentile(near, one) for one in (50, 99))
    _line(f"nearest 50 free, 22 kW, 10 km: p50 {p50:.2f} ms, p99 {p99:.2f} ms", p50 < wanted[0] and p99 < wanted[1])
    differing = availability.differing(built)
    _line(f"{differing} of {availability.SEARCHES} searches differ from brute force", not differing)
    route_p99 = availability.percentile(availability.route_ms(built), 99)
    _line(f"along 500 km: p99 {route_p99:.1f} ms", route_p99 < availability.WANTED_ROUTE_P99_MS)
    wall = availability.near_wall_ms(built)
    compact_ms = availability.compact_ms(built)
    pin(os.getpid(), rest)
    live = uvloop.run(availability_live.measure(built, len(built.index.points)))
    for name, took in (("this index", wall), ("MongoDB $geoNear", live.geo_ms)):
        p50, p99 = (availability.percentile(took, one) for one in (50, 99))
        print(f"apps       the same by the clock on the wall, {name}: p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    pin(os.getpid(), measured)
    read_per_s, bytes_per_s = availability.updates_per_s(built)
    _line(f"{read_per_s:.0f} statuses/s applied", read_per_s >= availability.WANTED_UPDATES_PER_S)
    print(f"apps       {bytes_per_s:.0f} statuses/s applied from the bytes of whole Locations")
    print(f"apps       {compact_ms:.0f} ms to make a compact index of it")
    persisted = live.persisted_per_s
    _line(f"{persisted:.0f} EVSEs' instants written a second", persisted >= availability_live.WANTED_PERSISTED_PER_S)
    agreed_ms = availability.percentile(live.agree_ms, 99)
    _line(
        f"a write is in two feeds after {agreed_ms:.0f} ms (p99) at {live.updates_per_s:.0f} updates/s",
        agreed_ms < availability_live.WANTED_AGREE_MS,
    )


def _line(said: str, reached: bool) -> None:
    print(f"apps       {said} ({_reached(reached)})")


PARTS: Mapping[str, Callable[[Processors], None]] = {
    "start": _start,
    "forward": _forward,
    "matrix": _matrix,
    "workers": _workers,
    "authorize": _authorize,
    "broadcast": _broadcast,
    "commits": _commits,
    "money": _money,
    "availability": _availability,
    "availability-http": _availability_http,
    "page": _page,
    "pages": _pages,
    "idle": _idle,
}


if __name__ == "__main__":
    main()
