"""Figures in the text form that Prometheus reads: counters and histograms with few labels, and lines of any figure. Pure.

Source: Prometheus text exposition format 0.0.4.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LABELS_MAX = 5_000
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
Labels = tuple[str, ...]
Values = Iterable[tuple[Labels, float]]
Shown = Callable[[Labels], Labels]
"""What stands for labels when they are read: names for ids."""


class Counts:
    """Counts by labels; once there are very many of these, what is new is counted under `other`."""

    def __init__(self, labels_max: int = _LABELS_MAX) -> None:
        self._labels_max = labels_max
        self._counts: Counter[Labels] = Counter()

    def add(self, labels: Labels, number: int = 1) -> None:
        """So many more."""
        self._counts[_bounded(labels, self._counts, self._labels_max)] += number

    def values(self, shown: Shown) -> list[tuple[Labels, float]]:
        """All of them; what is shown alike is one."""
        merged: dict[Labels, float] = {}
        for labels, count in self._counts.items():
            merged[shown(labels)] = merged.get(shown(labels), 0) + count
        return list(merged.items())


class Durations:
    """Histograms of seconds by labels, bounded as Counts are."""

    def __init__(self, labels_max: int = _LABELS_MAX) -> None:
        self._labels_max = labels_max
        self._buckets: dict[Labels, list[int]] = {}
        self._sums: dict[Labels, float] = {}

    def add(self, labels: Labels, seconds: float) -> None:
        """One more."""
        labels = _bounded(labels, self._buckets, self._labels_max)
        buckets = self._buckets.setdefault(labels, [0] * (len(BUCKETS_S) + 1))
        buckets[bisect_left(BUCKETS_S, seconds)] += 1
        self._sums[labels] = self._sums.get(labels, 0.0) + seconds

    def lines(self, name: str, what: str, names: Labels, shown: Shown) -> list[str]:
        """The histogram as text; what is shown alike is one."""
        lines = [f"# HELP {name} {what}", f"# TYPE {name} histogram"]
        for labels, (buckets, seconds) in self._merged(shown).items():
            total = 0
            for bound, count in zip((*map(str, BUCKETS_S), "+Inf"), buckets, strict=True):
                total += count
                lines.append(f"{name}_bucket{_write((*names, 'le'), (*labels, bound))} {total}")
            lines.append(f"{name}_sum{_write(names, labels)} {seconds:.6f}")
            lines.append(f"{name}_count{_write(names, labels)} {total}")
        return lines

    def _merged(self, shown: Shown) -> dict[Labels, tuple[list[int], float]]:
        merged: dict[Labels, tuple[list[int], float]] = {}
        for labels, buckets in self._buckets.items():
            known, seconds = merged.get(shown(labels), ([0] * len(buckets), 0.0))
            both = [one + other for one, other in zip(known, buckets, strict=True)]
            merged[shown(labels)] = both, seconds + self._sums[labels]
        return merged


def figures(name: str, kind: str, what: str, names: Labels, values: Values) -> list[str]:
    """One metric as text: `kind` is `counter` or `gauge`, `names` are those of the labels."""
    lines = [f"# HELP {name} {what}", f"# TYPE {name} {kind}"]
    return [*lines, *(f"{name}{_write(names, labels)} {value:.12g}" for labels, value in values)]


def _write(names: Labels, labels: Labels) -> str:
    if not names:
        return ""
    pairs = (f'{name}="{label.translate(_ESCAPES)}"' for name, label in zip(names, labels, strict=True))
    return "{" + ",".join(pairs) + "}"


def _bounded(labels: Labels, known: Mapping[Labels, object], labels_max: int) -> Labels:
    return labels if labels in known or len(known) < labels_max else ("other",) * len(labels)
