"""No secret leaves a run: wherever a platform puts a token, no report and no output shows it."""

import asyncio
import contextlib
import html
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contracts import __main__ as program
from contracts.suite import Suite
from tests.contracts.platforms import JSON_HEADER, platform
from tests.contracts.raw_partner import Asked, answer
from tests.contracts.suites import Steps, check, suite_of
from tests.contracts.test_redaction import SPELLINGS, TOKENS, packed, packed_with_newline

SAY: Steps = [{"call": {"url": "${partner.versions_url}"}}]
LOCATIONS = {"module": "locations", "interface": "SENDER"}
CHECKS = [
    check("AAA-01", [*SAY, {"expect": {"http": 500}}]),
    check("AAA-02", [*SAY, {"expect": {"that": [{"value": "${reply.message}", "equals": "x"}]}}], status="watch-list"),
    check("AAA-03", [*SAY, {"expect": {"schema": "Location"}}]),
    check("AAA-04", [*SAY, {"compare": {"wanted": {}, "got": "${reply.json}"}}]),
    check(
        "AAA-05", [*SAY, {"learn": {"said": "${reply.message}"}}, {"expect": {"headers": {"x-echo": {"equals": 1}}}}]
    ),
    check("AAA-06", [{"call": {**LOCATIONS, "path": ["${reply.message}"], "query": {"q": "${session.token}"}}}]),
    check("AAA-07", [{"fetch_all": LOCATIONS}]),
    check(
        "AAA-08",
        [{"call": {**LOCATIONS, "method": "PUT", "body": {"token": "${session.token}"}}}, {"expect": {"http": 9}}],
    ),
    check("AAA-09", [{"call": {**LOCATIONS, "token": "${session.token}", "encoding": "raw"}}, {"expect": {"http": 9}}]),
    check("AAA-10", [*SAY, {"require": {"value": "${reply.message}", "equals": "x", "because": "no reason"}}]),
]
ANOTHER = "something-else-that-is-no-token"
OUTPUTS = ("report.json", "report.xml", "report.html", "stdout", "stderr")


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """Checks that fail in every way in which a check can say what it saw."""
    return suite_of(tmp_path_factory.mktemp("suite"), *CHECKS)


def echoing(spelled: str) -> Any:
    """An answer to anything that says `spelled` wherever an answer can say something."""

    def echo(asked: Asked) -> bytes:
        there = f"http://{asked.headers['host']}/2.2.1/locations?{quote(spelled)}"
        message = {"status_code": 2001, "status_message": spelled, spelled: [spelled], "data": [{"id": spelled}]}
        if "locations" in asked.target:
            message = {"status_code": 1000, "data": [{}]}
        text = json.dumps(message).encode()
        headers = [f"X-Echo: {spelled}", f'Link: <{there}>; rel="next"']
        if spelled.replace("-", "").isalnum():
            headers.append(f"X-{spelled}: 1")
        return answer(text, JSON_HEADER, *headers)

    return echo


def run(suite: Suite, token: str, spelled: str, *words: str) -> dict[str, str]:
    """Everything that a run against such a platform leaves behind, by name."""
    out, err = io.StringIO(), io.StringIO()

    async def against(folder: str) -> int:
        async with platform({"/versions": echoing(spelled), "/2.2.1/locations": echoing(spelled)}) as partner:
            url = f"{partner.versions_url}?key={quote(spelled, safe='')}"
            asked = ("run", "--role", "CPO", "--versions-url", url, f"--token={token}", "--report", folder, *words)
            return await asyncio.to_thread(program.main, asked)

    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(program, "load", lambda: suite)
        assert asyncio.run(against(folder)) == 1
        files = {file.name: file.read_text(encoding="utf-8") for file in Path(folder).iterdir()}
    return {**files, "stdout": out.getvalue(), "stderr": err.getvalue()}


def readings(name: str, text: str) -> Iterator[str]:
    """A text as it is, and as whoever opens it with the program for it reads it."""
    yield text
    if name.endswith("html"):
        yield html.unescape(text)
    elif name.endswith("xml"):
        root = ET.fromstring(text)  # noqa: S314 - of our own making
        yield "\n".join(value for one in root.iter() for value in (one.text or "", *one.attrib.values()))
    elif name == "report.json":
        yield json.dumps(json.loads(text), ensure_ascii=False).replace('\\"', '"').replace("\\\\", "\\")


@pytest.fixture(scope="module")
def harmless(suite: Suite) -> dict[str, str]:
    """What a run leaves behind when the platform says something else than its token."""
    return run(suite, "token-of-the-test", ANOTHER)


@settings(max_examples=40)
@given(
    token=TOKENS,
    spell=st.sampled_from(SPELLINGS),
    padding=st.integers(0, 250),
    words=st.sampled_from([(), ("--json",), ("--progress-json",), ("--register",)]),
)
def test_no_token_is_in_any_report_or_output(
    *, suite: Suite, harmless: dict[str, str], token: str, spell: Any, padding: int, words: tuple[str, ...]
) -> None:
    """Raw, in Base64, with a newline, URL-encoded; in a URL, a header, a name or a body; whole, or cut anywhere: it is hidden."""
    assume(not any(token[:8] in text for text in harmless.values()))
    spelled = spell(token)

    left = run(suite, token, "-" * padding + spelled, *words)

    assert sorted(left) == sorted(OUTPUTS)
    whole = {
        token,
        packed(token),
        packed_with_newline(token),
        quote(token, safe=""),
        quote(packed(token), safe=""),
        spelled,
    }
    hidden = {*whole, token[:8], packed(token)[:8]}
    for name, text in left.items():
        for reading in readings(name, text):
            assert not [one for one in hidden if one in reading], name


def test_the_reports_show_what_is_no_token(harmless: dict[str, str]) -> None:
    """The same run shows another text in every one of its reports: what is hidden above is hidden for being the token."""
    for name in OUTPUTS[:4]:
        assert ANOTHER in harmless[name], name


def left_by(suite: Suite, said: object, folder: Path) -> dict[str, str]:
    """What a run leaves behind when the platform says this at an address that the checks call, by name."""
    body = json.dumps({"status_code": 1000, "data": said}).encode()
    out = io.StringIO()

    async def against() -> int:
        async with platform({"/versions/later": answer(body, JSON_HEADER)}) as partner:
            url = ("--versions-url", partner.versions_url, "--token", "abcdefgh")
            return await asyncio.to_thread(program.main, ("run", "--role", "CPO", *url, "--report", str(folder)))

    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
        patch.setattr(program, "load", lambda: suite)
        assert asyncio.run(against()) == 1
    return {"stdout": out.getvalue(), **{file.name: file.read_text() for file in folder.iterdir()}}


LATER: Steps = [{"call": {"url": "${partner.versions_url}/later"}}]


@pytest.mark.parametrize(
    "credentials",
    [
        {"token": "a-fresh-secret-of-theirs-1", "url": 5},
        {"token": "a-fresh-secret-of-theirs-1" * 50, "url": "https://x.example", "roles": []},
    ],
)
def test_a_token_that_was_just_received_is_hidden_too(tmp_path: Path, credentials: dict[str, Any]) -> None:
    """A token that the platform gives away in its credentials is no more in a report than the one that the run began with."""
    steps: Steps = [*LATER, {"expect": {"schema": "Credentials"}}]
    suite = suite_of(tmp_path, check("AAA-01", steps, modules=["locations"]))

    left = left_by(suite, credentials, tmp_path / "out")

    assert not [name for name, text in left.items() if "secret-of-theirs" in text]


def test_drivers_are_hidden_and_issuers_are_not(tmp_path: Path) -> None:
    """Of a driver's token neither uid nor contract, group or printed number is in a report; who issued it is."""
    token = {
        "uid": "04AB12CD34",
        "contract_id": "NL8ACC12E46L89",
        "visual_number": "DF000-2001-8999",
        "group_id": "GROUP-OF-DRIVERS",
        "auth_id": "AUTH-OF-DRIVER",
        "issuer": "TheNewMotion",
    }
    steps: Steps = [
        *LATER,
        {"call": {"url": "${partner.versions_url}/later?uid=${reply.data.0.uid}"}},
        {"expect": {"that": [{"value": "${reply.data.0}", "equals": {"uid": "x"}}]}},
    ]
    suite = suite_of(tmp_path, check("AAA-01", steps, modules=["tokens"]))

    left = left_by(suite, [token], tmp_path / "out")

    for name, text in left.items():
        assert not [value for member, value in token.items() if member != "issuer" and value in text], name
        assert token["issuer"] in text, name
