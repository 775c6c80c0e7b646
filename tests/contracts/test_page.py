"""A report as a page: nothing on it comes from elsewhere, nothing that a partner sent is more than text."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from contracts.page import page
from contracts.redaction import visible
from contracts.report import Report
from tests.contracts.reports import NASTY, failed, report, result

VOID = {"meta", "input"}
LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "ping"}


class Page(HTMLParser):
    """A page as a browser would read it: its elements, and the text inside the open ones."""

    def __init__(self, one: Report) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.source = page(one)
        self.feed(self.source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def text(self, *tags: str) -> str:
        """All text inside these elements."""
        return "\n".join(text for tag, text in self.texts if not tags or tag in tags)

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each such element."""
        return [attributes for name, attributes in self.elements if name == tag]


WHOLE = report(
    result(),
    failed("VER-02"),
    failed("TRA-05", module="transport", severity="minor", status="watch-list", verdict="warning"),
    result("LOC-01", module="locations", verdict="skipped", observed="the platform does not offer locations"),
    result("SES-01", module="sessions", rules=()),
    quirks={"token_encoding": "raw"},
    only={"checks": ["VER-01"]},
)


def test_the_page_says_everything() -> None:
    """Verdict, both sides, exchange, curl, why, fix, source, rules, suite, quirks: all of it is there to read."""
    text = Page(WHOLE).text()

    for said in (
        "1 blocker failed.",
        "HTTP 401 HTTP 200",
        "X-Request-ID: HTTP 200",
        "curl -si",
        "Nobody can connect",
        "Give it.",
        "OCPI 2.2.1, version_information_endpoint#get",
        "H2.01",
        "the platform does not offer locations",
        WHOLE.suite_digest,
        "Quirk: token_encoding",
        "checks VER-01",
        "observe",
    ):
        assert said in text, said


def test_modules_come_first_with_their_state() -> None:
    """Before the first check one sees which modules are closed, and why."""
    shown = Page(WHOLE)

    assert shown.source.index("✗ closed") < shown.source.index('class="check')
    assert "failed: VER-02" in shown.text()


def test_what_failed_comes_first_and_is_open() -> None:
    """Failed checks are open and before the others; the rest is folded."""
    checks = [one for one in Page(WHOLE).all("details") if "check" in one.get("class", "")]

    assert [one["class"].split()[1] for one in checks] == ["failed", "passed", "warning", "skipped", "passed"]
    assert ["open" in one for one in checks] == [True, False, False, False, False]


def test_verdicts_are_words_and_signs() -> None:
    """No verdict is told by colour alone, and each can be chosen; a module without it goes away as a whole."""
    shown = Page(WHOLE)

    for said in ("✗ failed", "! warning", "– skipped", "✓ passed"):
        assert said in shown.text("span")
    chosen = {one["id"] for one in shown.all("input")}
    styled = set(re.findall(r"#(show-\w+):checked", shown.text("style")))
    assert chosen == styled | {"show-all"}
    for name in styled:
        assert f"main section:not(:has(.check.{name.removeprefix('show-')}))" in shown.text("style")


def test_sources_are_links_to_the_public_specification() -> None:
    """Each check links to its section."""
    links = {one["href"] for one in Page(WHOLE).all("a")}

    assert links == {
        "https://github.com/ocpi/ocpi/blob/release-2.2.1-bugfixes/version_information_endpoint.asciidoc"
        "#version_information_endpoint_get"
    }


def test_nothing_is_loaded_and_nothing_runs() -> None:
    """No script, no attribute that loads or runs anything, and a policy that forbids both and knows the one style."""
    shown = Page(WHOLE)

    assert {tag for tag, _ in shown.elements} & {"script", "link", "iframe", "object", "embed", "img", "base"} == set()
    names = {name for _, attributes in shown.elements for name in attributes}
    assert names & LOADING == set()
    assert not any(name.startswith("on") or name == "style" for name in names)
    assert "url(" not in shown.text("style")
    assert "@import" not in shown.text("style")
    policy = next(one["content"] for one in shown.all("meta") if one.get("http-equiv") == "Content-Security-Policy")
    style = base64.b64encode(hashlib.sha256(shown.text("style").encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"


@pytest.mark.parametrize("said", NASTY)
def test_whatever_a_partner_sent_is_text(said: str) -> None:
    """Markup, direction marks, control characters, long names: they add no element, and stand where they belong, isolated."""
    shown_said = visible(said, kept="")
    nasty = report(failed(said=shown_said), versions_url=f"https://x.example/{shown_said}", quirks={"a": shown_said})

    shown = Page(nasty)

    plain = report(failed(), versions_url="https://x.example/", quirks={"a": "b"})
    assert [tag for tag, _ in shown.elements] == [tag for tag, _ in Page(plain).elements]
    assert shown_said in shown.text("bdi")
    assert shown_said in shown.text("pre")
    assert not any(character in shown.source for character in "\u202e\u2066\x00\x1b\ufffe")


def test_it_can_be_read_on_a_small_screen_light_or_dark() -> None:
    """It says how wide it is, breaks long words, wraps what was sent, and has colours for both."""
    shown = Page(WHOLE)
    style = shown.text("style")

    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in shown.all("meta")
    for rule in ("overflow-wrap: anywhere", "white-space: pre-wrap", "prefers-color-scheme: dark", "max-width: 30rem"):
        assert rule in style


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (report(result()), "✓ No blocker failed."),
        (report(failed(severity="major")), "✓ No blocker failed."),
        (report(failed(), failed("VER-03")), "✗ 2 blockers failed."),
        (report(result(), complete=False), "✗ The run was cut after 4.2 s"),
        (report(), "✗ Nothing could be judged."),
    ],
)
def test_the_verdict_on_top(one: Report, said: str) -> None:
    """One line says how it stands; a run that was cut is never good."""
    assert said in Page(one).text("p")
