"""The classes of the version endpoints."""

from hub.wire.types import validate
from modules.versions.objects import VersionDetails, VersionInfo
from tests import words


def test_versions_and_modules_of_strangers_are_read() -> None:
    """H2.01, H2.02: a version number or identifier that this hub does not know is no fault."""
    custom = {"identifier": "nltnm-tokens", "role": "SENDER", "url": "https://a.example/x"}

    assert validate(VersionInfo, words.version(version="3.0")) == []
    assert validate(VersionDetails, words.version_details(endpoints=[custom])) == []


def test_an_endpoint_has_a_side() -> None:
    """H2.02: an endpoint has an identifier, SENDER or RECEIVER, and a URL."""
    wrong = {"identifier": "tokens", "role": "BOTH", "url": "tokens"}

    problems = validate(VersionDetails, words.version_details(endpoints=[wrong]))

    assert [problem.pointer for problem in problems] == ["/endpoints/0/role", "/endpoints/0/url"]
    assert len(validate(VersionDetails, words.version_details(endpoints=[]))) == 1
