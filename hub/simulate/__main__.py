"""`python -m hub.simulate cpo|emsp --versions-url URL --token-file FILE`: one simulated platform in its own process."""

import argparse
import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

from hub.simulate.run import CpoOptions, EmspOptions, run_cpo, run_emsp
from hub.wire.interface import Version
from hub.wire.party import Party

CONTROL_KEY_VARIABLE = "HUB_SIMULATE_CONTROL_KEY"


def main(arguments: list[str]) -> None:
    """Read the command line and run until interrupted."""
    read = vars(_parser().parse_args(arguments))
    kind = read.pop("kind")
    read["control_key"] = os.environ.get(CONTROL_KEY_VARIABLE)
    with suppress(KeyboardInterrupt):
        if kind == "cpo":
            asyncio.run(run_cpo(CpoOptions(**read), _say))
        else:
            asyncio.run(run_emsp(EmspOptions(**read), _say))


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--versions-url", help="versions URL of the hub")
    common.add_argument("--token-file", type=Path, help="file with token A")
    common.add_argument("--version", type=Version, default=Version.V2_2_1, help="2.2.1 or 2.2")
    common.add_argument("--host", default="127.0.0.1")
    common.add_argument("--port", type=int, default=0, help="0 takes a free one")
    common.add_argument("--public-url", help="what others call it, when that is not http://HOST:PORT")
    common.add_argument("--seed", type=int, default=1)
    parser = argparse.ArgumentParser(
        prog="python -m hub.simulate", description=f"{CONTROL_KEY_VARIABLE} opens /control/ to who knows it."
    )
    kinds = parser.add_subparsers(dest="kind", required=True)
    cpo = kinds.add_parser("cpo", parents=[common], help="an operator with real French stations")
    cpo.add_argument("--party", type=Party.parse, default=Party(country_code="FR", party_id="PDR"))
    cpo.add_argument("--limit", type=int, help="at most so many stations")
    cpo.add_argument("--speed", type=float, default=60.0, help="how many times as fast as the clock sessions run")
    emsp = kinds.add_parser("emsp", parents=[common], help="a provider with drivers")
    emsp.add_argument("--party", type=Party.parse, default=Party(country_code="NL", party_id="EMA"))
    emsp.add_argument("--name", default="MapApp")
    emsp.add_argument("--token-count", type=int, default=20)
    return parser


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
