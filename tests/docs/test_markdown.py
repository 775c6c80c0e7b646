"""Generated Markdown keeps its shape whatever the cells say."""

from hypothesis import given
from hypothesis import strategies as st

from docs.markdown import GENERATED, page, table

CELLS = st.lists(st.text(alphabet="ab|\n\\ ", max_size=6), min_size=2, max_size=2)


@given(rows=st.lists(CELLS, max_size=4))
def test_every_row_is_one_line_with_the_columns_of_the_head(rows: list[list[str]]) -> None:
    """A line break or a bar in a cell neither ends the row nor adds a column."""
    lines = table(["one", "two"], rows).split("\n")

    assert len(lines) == len(rows) + 2
    assert {line.replace("\\|", "").count("|") for line in lines} == {3}


def test_a_page_says_that_it_is_generated() -> None:
    """The first line warns whoever opens the file to change it."""
    assert page("Title", "Text.") == f"{GENERATED}\n\n# Title\n\nText.\n"
