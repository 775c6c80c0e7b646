"""HTML that cannot be broken from inside."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from contracts.markup import joined, tag


class Read(HTMLParser):
    """Elements and text of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(), st.text())
def test_text_stays_text(inside: str, attribute: str) -> None:
    """Whatever is put into an element or an attribute, there is that one element, and it holds just this."""
    read = Read(tag("a", inside, href=attribute))

    assert [name for name, _ in read.tags] == ["a"]
    assert read.text == inside
    assert read.tags[0][1]["href"] == attribute


def test_markup_is_kept() -> None:
    """An element in an element is one; None is nothing, and so is an attribute that is None or False."""
    made = tag("p", tag("b", "1 < 2"), None, " & ", class_="x", open=True, id=None, hidden=False, aria_label="y")

    assert made == '<p class="x" open aria-label="y"><b>1 &lt; 2</b> &amp; </p>'
    assert joined(made, "<") == f"{made}&lt;"
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'
