"""Writes docs/supported-ocpi.md: what of OCPI this hub does, which test shows it, and what it does not do."""

from collections.abc import Iterable, Mapping, Sequence

from docs.checklist import Chapter, Missing, Rule, Tag
from docs.evidence import Evidence
from docs.markdown import page, table
from hub.wire.interface import Endpoint, Interface, Module, Routing, Version

_SHOWN = 3
_INTRODUCTION = """\
What this hub does of OCPI, and how that is known. The rules below are our own short wording; the specification decides.
A rule is covered when the docstring of a test names it: the tests are the proof, this page is made from them."""
_ABOUT_DECISIONS = """\
Where the specification is silent, contradicts itself or only advises, the hub had to choose. Nobody can call these
required by OCPI; they are here because tests hold the hub to them."""
_ABOUT_DEMANDS = """\
What the specification demands (MUST, SHALL, or a table of fields). A demand on somebody else stays in the list, with the
reason why it does not bind the hub."""


def supported_page(
    modules: Sequence[Module],
    chapters: Sequence[Chapter],
    missing: Sequence[Missing],
    evidence: Mapping[str, list[Evidence]],
) -> str:
    """The whole page; `evidence` says for a rule id which tests name it."""
    versions = " and ".join(version.value for version in reversed(Version))
    demands = [_chapter(chapter, _demands(chapter, evidence), _DEMAND_HEAD) for chapter in chapters]
    decisions = [_chapter(chapter, _decisions(chapter, evidence), _DECISION_HEAD) for chapter in chapters]
    return page(
        "Supported OCPI",
        _INTRODUCTION,
        f"Versions: **{versions}**. " + _count(chapters, evidence),
        "## Modules",
        _modules(modules),
        "## What is not supported, and why",
        table(("What", "Why", "Instead"), ((one.what, one.why, one.instead or "-") for one in missing)),
        "## Demands of the specification",
        _ABOUT_DEMANDS,
        *(part for part in demands if part),
        "## Decisions of this hub",
        _ABOUT_DECISIONS,
        *(part for part in decisions if part),
    )


def uncovered(chapters: Iterable[Chapter], evidence: Mapping[str, object]) -> list[str]:
    """Ids of the rules that bind the hub and that no test names."""
    return [rule.id for chapter in chapters for rule in chapter.rules if rule.owed and rule.id not in evidence]


_DEMAND_HEAD = ("Rule", "What it asks", "Binds the hub", "Covered by, or why it does not apply")
_DECISION_HEAD = ("Rule", "What was decided", "Touches", "Covered by")


def _count(chapters: Sequence[Chapter], evidence: Mapping[str, list[Evidence]]) -> str:
    owed = sum(rule.owed for chapter in chapters for rule in chapter.rules)
    covered = owed - len(uncovered(chapters, evidence))
    return f"Of {owed} demands of the specification that bind a hub, {covered} are covered by a test."


def _demands(chapter: Chapter, evidence: Mapping[str, list[Evidence]]) -> list[tuple[str, ...]]:
    return [
        (rule.id, f"{rule.says} *({rule.source})*", "no" if rule.not_ours else "yes", _proof(rule, evidence))
        for rule in chapter.rules
        if rule.tag is Tag.SPEC
    ]


def _decisions(chapter: Chapter, evidence: Mapping[str, list[Evidence]]) -> list[tuple[str, ...]]:
    return [
        (rule.id, rule.says, rule.source, _proof(rule, evidence))
        for rule in chapter.rules
        if rule.tag is not Tag.SPEC and (rule.id in evidence or chapter.number == 0)
    ]


def _proof(rule: Rule, evidence: Mapping[str, list[Evidence]]) -> str:
    tests = evidence.get(rule.id, [])
    if not tests:
        return rule.not_ours or ("**no test yet**" if rule.owed else "-")
    links = [f"[{test.test}](../{test.path})" for test in tests[:_SHOWN]]
    more = [f"and {len(tests) - _SHOWN} more"] if len(tests) > _SHOWN else []
    return " ".join(part for part in (rule.not_ours, ", ".join(links + more)) if part)


def _chapter(chapter: Chapter, rows: list[tuple[str, ...]], head: tuple[str, ...]) -> str:
    heading = f"{chapter.number}. {chapter.title}" if chapter.number else chapter.title
    return f"### {heading}\n\n{table(head, rows)}" if rows else ""


def _modules(modules: Sequence[Module]) -> str:
    rows = [
        (
            f"`{module.identifier}`",
            _methods(module, Interface.SENDER),
            _methods(module, Interface.RECEIVER),
            ", ".join(sorted(role.value for role in module.broadcast)) or "-",
            "yes" if module.functional and module.stored else "-",
        )
        for module in modules
        if module.endpoints
    ]
    return table(("Module", "SENDER side", "RECEIVER side", "Broadcast Push by", "Kept for GET All"), rows)


def _methods(module: Module, interface: Interface) -> str:
    methods: dict[str, list[str]] = {}
    for row in module.endpoints:
        if row.interface is interface:
            methods.setdefault(_place(row), []).append(row.method)
    return (
        "; ".join(" ".join(part for part in (", ".join(names), place) if part) for place, names in methods.items())
        or "-"
    )


def _place(row: Endpoint) -> str:
    if row.routing is Routing.CALLBACK:
        return "at an address that the hub gave out"
    path = "/".join(part.removeprefix("=") if part.startswith("=") else f"{{{part}}}" for part in row.path)
    return f"`/{path}`" if path else ""
