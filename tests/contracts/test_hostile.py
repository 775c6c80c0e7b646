"""Partners that mean harm: every run ends in time, in a report with failed checks, and in little memory."""

import asyncio
import datetime as dt
import json
import re
import ssl
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jsonschema import Draft202012Validator

from contracts.clock import monotonic_s
from contracts.suite import ROOT
from hub.clock import now_utc
from tests.contracts.hostile import JSON_HEADER, PARTNERS
from tests.contracts.raw_partner import Asked, answer, envelope, raw_partner
from tests.contracts.suites import check, write_suite

LIMIT_S = 2.0
OVER_S = 2.0
"""What is being read already is read to its end."""
START_S = 3.0
"""To start Python on a busy machine."""
MORE_MEMORY_KIB = 64 * 1024
CHECKS = (
    check(
        "VER-01",
        [
            {"call": {"url": "${partner.versions_url}"}},
            {"expect": {"http": 200, "ocpi": 1000, "schema": "[VersionInfo]"}},
        ],
        limit_s=1,
    ),
    check(
        "VER-02", [{"call": {"url": "${partner.versions_url}", "token": "none"}}, {"expect": {"http": 401}}], limit_s=1
    ),
    check(
        "PAG-01",
        [
            {"fetch_all": {"url": "${partner.versions_url}"}},
            {"expect": {"that": [{"value": "${list.whole}", "equals": True}]}},
        ],
        limit_s=2,
    ),
    check(
        "TRA-01",
        [
            {"together": {"calls": [{"url": "${partner.versions_url}"}], "copies": 20}},
            {"each": {"in": "${replies}", "as": "reply", "steps": [{"expect": {"schema": "[VersionInfo]"}}]}},
        ],
        limit_s=1,
    ),
    check(
        "TRA-02",
        [{"call": {"url": "${partner.versions_url}", "as": name}} for name in ("a", "b", "c", "d")]
        + [{"compare": {"wanted": "${a.data}", "got": ["${d.data}"]}}],
        limit_s=1,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run in its own process."""

    report: dict[str, Any]
    memory_kib: int
    seconds: float

    def observed(self) -> list[str]:
        """Of every failed check."""
        return [one["observed"] for one in self.report["results"] if one["verdict"] == "failed"]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few checks that do to a platform what a suite can do to it."""
    return write_suite(tmp_path_factory.mktemp("suite"), *CHECKS)


@pytest.fixture(scope="module")
async def memory_kib(suite: Path) -> int:
    """What a run takes when nobody answers at all."""
    return (await measured(suite, "http://127.0.0.1:9/versions")).memory_kib


async def measured(suite: Path, url: str, *public: str) -> Ended:
    """One run; whatever it says on stderr but its memory fails the test."""
    began_s = monotonic_s()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.contracts.measured_run", str(suite), url, str(LIMIT_S), *public),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT.parent,
    )
    out, err = await process.communicate()
    assert re.fullmatch("[0-9]+", err.decode()), err.decode()
    return Ended(report=json.loads(out), memory_kib=int(err), seconds=monotonic_s() - began_s)


@pytest.mark.parametrize("name", PARTNERS)
async def test_a_hostile_partner(suite: Path, memory_kib: int, name: str) -> None:
    """The run ends within its time in a valid report that is not green, and takes less than 64 MiB more than for nobody."""
    respond, observed = PARTNERS[name]
    async with raw_partner(respond) as partner:
        ended = await measured(suite, partner.versions_url)

    Draft202012Validator(json.loads((ROOT / "report.schema.json").read_text())).validate(ended.report)
    assert ended.report["ok"] is False
    assert any(re.search(observed, one) for one in ended.observed()), ended.observed()
    assert ended.report["seconds"] <= LIMIT_S + OVER_S
    assert ended.seconds <= LIMIT_S + OVER_S + START_S
    assert ended.memory_kib - memory_kib < MORE_MEMORY_KIB


async def test_a_list_that_is_large_and_says_so_is_no_fault(suite: Path) -> None:
    """Who announces more objects than a check can hold is not blamed: the check is skipped, with the reason."""
    async with raw_partner(PARTNERS["endless large list with a total"][0]) as partner:
        ended = await measured(suite, partner.versions_url)

    paging = next(one for one in ended.report["results"] if one["check_id"] == "PAG-01")
    assert paging["verdict"] in {"skipped", "failed"}
    assert re.search("999999999 objects|took longer", paging["observed"])


@pytest.mark.parametrize("public", [(), ("public",)])
@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
async def test_a_redirect_to_another_port(suite: Path, status: str, public: tuple[str, ...]) -> None:
    """Nothing is sent to where a partner points, and with public addresses alone not even to the partner."""

    async def elsewhere(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(envelope([]), JSON_HEADER))

    async with raw_partner(elsewhere) as other:

        async def redirect(_: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(answer(b"", f"Location: {other.versions_url}", status=status))

        async with raw_partner(redirect) as partner:
            ended = await measured(suite, partner.versions_url, *public)

    assert other.connections == 0
    assert (partner.connections == 0) == bool(public)
    assert {one["verdict"] for one in ended.report["results"]} == {"failed"}


async def test_a_certificate_of_somebody_else(suite: Path, tmp_path: Path) -> None:
    """A TLS server whose certificate nobody vouches for is sent nothing."""
    async with raw_partner(PARTNERS["HTML everywhere"][0], tls=bad_certificate(tmp_path)) as partner:
        ended = await measured(suite, partner.versions_url)

    assert partner.asked == []
    assert all("CERTIFICATE_VERIFY_FAILED" in one for one in ended.observed())
    assert len(ended.observed()) == len(CHECKS)


def bad_certificate(folder: Path) -> ssl.SSLContext:
    """A server with a certificate of its own making, for another name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "elsewhere.example")])
    day = dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now_utc() - day, now_utc() + day
        )
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context
