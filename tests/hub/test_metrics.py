"""Figures as Prometheus reads them: right in form and in sum, and bounded."""

import re

from hypothesis import given
from hypothesis import strategies as st

from hub.metrics import BUCKETS_S, Counts, Durations, Labels, figures

LINE = re.compile(r'[a-z_]+(?:\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})? [0-9.e+-]+')


def same(labels: Labels) -> Labels:
    """Shown as they are."""
    return labels


@given(st.lists(st.tuples(st.text(max_size=10), st.floats(0, 100)), max_size=50))
def test_a_histogram_counts_everything_once(values: list[tuple[str, float]]) -> None:
    """The last bucket holds all, buckets grow, and sums are sums; whatever a label holds, each line is one."""
    durations = Durations()
    for label, seconds in values:
        durations.add((label,), seconds)

    lines = durations.lines("request_seconds", "How long.", ("platform",), same)

    assert all(LINE.fullmatch(line) for line in lines[2:])
    counts = [int(line.rpartition(" ")[2]) for line in lines if line.startswith("request_seconds_count")]
    assert sum(counts) == len(values)
    for start in range(2, len(lines), len(BUCKETS_S) + 3):
        buckets = [int(line.rpartition(" ")[2]) for line in lines[start : start + len(BUCKETS_S) + 1]]
        assert buckets == sorted(buckets)
        assert lines[start + len(BUCKETS_S)].endswith(f'le="+Inf"}} {buckets[-1]}')


def test_a_bound_belongs_to_its_bucket() -> None:
    """`le` means at most."""
    durations = Durations()
    durations.add((), 0.5)

    lines = durations.lines("s", "x", (), same)

    assert 's_bucket{le="0.25"} 0' in lines
    assert 's_bucket{le="0.5"} 1' in lines


def test_labels_are_bounded() -> None:
    """What is new when there are very many counts as `other`: the sum stays right."""
    counts, durations = Counts(10), Durations(10)
    for number in range(100):
        counts.add((str(number), "x"))
        durations.add((str(number),), 1.0)

    assert dict(counts.values(same))["other", "other"] == 90
    assert len(counts.values(same)) == 11
    assert 's_count{p="other"} 90' in durations.lines("s", "x", ("p",), same)


def test_what_is_shown_alike_is_one_line() -> None:
    """Two platforms that were removed have one name: their figures are added up."""
    counts, durations = Counts(), Durations()
    for platform in ("a", "b"):
        counts.add((platform,))
        durations.add((platform,), 2.0)

    assert counts.values(lambda _: ("removed",)) == [(("removed",), 2.0)]
    lines = durations.lines("s", "x", ("p",), lambda _: ("removed",))
    assert 's_sum{p="removed"} 4.000000' in lines
    assert len(lines) == len(BUCKETS_S) + 5


def test_nothing_in_a_label_starts_a_line() -> None:
    """A partner's name may hold anything printable, and more."""
    (_, _, line) = figures("up", "gauge", "x", ("name",), [(('a"b\\c\nd',), 1)])

    assert line == 'up{name="a\\"b\\\\c\\nd"} 1'
