"""`python -m contracts run`: the suite against one platform, with nothing but the packages that the suite itself needs."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from contracts import files
from contracts.counterpart import CannotListen
from contracts.options import TOKEN_VARIABLE, Words, WrongWords, advice, read_target
from contracts.report import Report, Result
from contracts.run import Progress, run
from contracts.suite import SuiteBroken, load

OK, PROBLEMS, USAGE, INTERRUPTED = 0, 1, 2, 130
_ORDER = ("failed", "warning")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code: 0 when every blocker holds, 1 when not, 2 for wrong words."""
    asked = _parser().parse_args(arguments)
    try:
        suite = load()
        target = read_target(_words(asked), suite, os.environ)
        if asked.report:
            files.prepare(asked.report)
        if said := advice(target):
            _say(said)
        report = asyncio.run(run(suite, target, _progress(as_json=asked.progress_json)))
        _tell(report, asked)
    except (WrongWords, files.CannotWrite) as wrong:
        return _ended(str(wrong), USAGE)
    except (CannotListen, SuiteBroken) as error:
        return _ended(str(error), PROBLEMS)
    except KeyboardInterrupt:
        return INTERRUPTED
    return OK if report.ok else PROBLEMS


def _words(asked: argparse.Namespace) -> Words:
    return Words(**{name: getattr(asked, name) for name in Words.__dataclass_fields__})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m contracts", description="The contract suite for OCPI 2.2.1 partners."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run", help="judge one platform", allow_abbrev=False)
    one.add_argument("--role", required=True, type=str.upper, choices=("CPO", "EMSP"), help="what the platform is")
    one.add_argument("--versions-url", required=True, metavar="URL", help="its versions endpoint")
    one.add_argument(
        "--token", default="", metavar="T", help="the credentials token; others on this machine can see it"
    )
    one.add_argument(
        "--token-file", default="", metavar="FILE|-", help=f"a file with it, - for stdin; else {TOKEN_VARIABLE}"
    )
    one.add_argument("--register", action="store_true", help="the token is a token A, and the run may register with it")
    one.add_argument("--mode", default="observe", choices=("observe", "exercise"), help="observe: GET alone")
    one.add_argument("--report", type=Path, metavar="DIR", help="write report.json, report.xml and report.html there")
    one.add_argument("--party", default="", metavar="NL-CPA", help="the party under test; else the first of its role")
    one.add_argument("--as", dest="us", default="NL-CTS", metavar="NL-CTS", help="the party that the suite is")
    one.add_argument(
        "--module", dest="modules", action="append", default=[], metavar="M", help="only this one; repeat it"
    )
    one.add_argument(
        "--check", dest="checks", action="append", default=[], metavar="ID", help="only this one; repeat it"
    )
    one.add_argument("--listen", default="127.0.0.1:0", metavar="HOST:PORT", help="where the platform may call back")
    one.add_argument("--callback-url", default="", metavar="URL", help="what the platform calls that address")
    one.add_argument(
        "--agreed", action="append", default=[], metavar="NL-CPA-CPO", help="who the platform may speak for; repeat it"
    )
    one.add_argument("--public-only", action="store_true", help="connect to public addresses alone, over https")
    one.add_argument("--limit", dest="limit_s", type=float, default=0.0, metavar="SECONDS", help="for the whole run")
    one.add_argument(
        "--patience",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="how long pauses are, as a share of what checks say",
    )
    one.add_argument("--json", action="store_true", help="print the report as JSON")
    one.add_argument("--progress-json", action="store_true", help="a line of JSON on stderr before each check")
    return parser


def _progress(*, as_json: bool) -> Progress:
    def tell(done: int, of: int, name: str) -> None:
        _say(json.dumps({"done": done, "of": of, "next": name}))

    return tell if as_json else lambda *_: None


def _tell(report: Report, asked: argparse.Namespace) -> None:
    if asked.report:
        _say(f"Reports: {', '.join(map(str, files.write(report, asked.report)))}")
    if asked.json:
        _print(json.dumps(report.value()))
        return
    for verdict in _ORDER:
        for one in report.results:
            if one.verdict == verdict:
                _print(_lines(one))
    _print(report.said)


def _lines(one: Result) -> str:
    return (
        f"{one.verdict}: {one.check_id} {one.module} ({one.severity}): {one.title}\n"
        f"  expected: {one.expected}\n  observed: {one.observed}\n  fix: {one.fix}"
    )


def _ended(said: str, code: int) -> int:
    _say(said)
    return code


def _print(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, errors="replace").decode(encoding) + "\n")


def _say(text: str) -> None:
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(text.encode(encoding, errors="replace").decode(encoding) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
