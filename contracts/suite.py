"""The suite as data: every check of one OCPI version, read, held against its schema, and known by a digest."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from contracts.schemas import Classes

ROOT = Path(__file__).parent
OCPI = "2.2.1"
PHASES = ("unregistered", "registering", "main", "end")
FUNCTIONAL = frozenset({"cdrs", "chargingprofiles", "commands", "locations", "sessions", "tariffs", "tokens"})
COMMON = ("versions", "credentials", "transport")
"""Modules whose checks count for every other module of a platform."""
NEGATIVE_SHARE = 0.4
_HANDFUL = 10
"""Of fewer checks no share is asked."""
_DATA = {".yaml", ".json"}


SPECIFICATION = "https://github.com/ocpi/ocpi/blob/release-2.2.1-bugfixes"


def spec_url(spec: str) -> str:
    """Where `mod_locations#put_method` can be read: its chapter and section of the public specification."""
    chapter, _, section = spec.partition("#")
    return f"{SPECIFICATION}/{chapter}.asciidoc#{chapter}_{section}"


class SuiteBroken(Exception):
    """The suite's own files are wrong; the message lists every fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check; see check.schema.json for what each field means."""

    check_id: str
    title: str
    why: str
    fix: str
    spec: str
    rules: tuple[str, ...]
    roles: tuple[str, ...]
    modules: tuple[str, ...]
    interface: str
    mode: str
    severity: str
    status: str
    kind: str
    phase: str
    defect: str
    limit_s: float
    steps: tuple[Mapping[str, Any], ...]
    cleanup: tuple[Mapping[str, Any], ...] = ()

    @property
    def gates(self) -> bool:
        """A failure closes the module."""
        return self.severity == "blocker" and self.status == "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Everything a runner needs."""

    version: str
    ocpi: str
    digest: str
    """SHA-256 of every file of the suite, in hexadecimal."""
    checks: tuple[Check, ...]
    classes: Classes
    objects: Mapping[str, Any]
    """Templates of test objects by name."""
    announced: Mapping[str, Sequence[str]]
    """Required endpoints by role, as `locations SENDER`."""
    sends: Mapping[str, Sequence[str]]
    """By role, the modules of which it has the SENDER side."""
    pushed: Mapping[str, Mapping[str, str]]
    """By role, the object that any platform of it takes by PUT, for checks of what is the same for all objects."""
    listed: Mapping[str, Mapping[str, str]]
    """By role, the list that any platform of it offers."""

    def concerns(self, check: Check, module: str, role: str) -> bool:
        """Whether a platform of this role has the side of the module that the check calls."""
        side = "SENDER" if module in self.sends[role] else "RECEIVER"
        return role in check.roles and (not check.interface or module not in FUNCTIONAL or check.interface == side)

    def check(self, check_id: str) -> Check | None:
        """One check by its id, in any case."""
        return next((one for one in self.checks if one.check_id == check_id.upper()), None)


def load(root: Path = ROOT) -> Suite:
    """Read the suite; raises SuiteBroken when it does not hold to its own schema."""
    folder = root / OCPI
    about = _parsed(root / "suite.yaml", root)
    classes = Classes(folder)
    objects = {path.stem: _parsed(path, root) for path in sorted((folder / "objects").glob("*.yaml"))}
    read = [(path, _parsed(path, root)) for path in sorted(folder.glob("*/*.yaml")) if path.parent.name != "objects"]
    faults = [*_faults(root, read, classes, objects)]
    if faults:
        raise SuiteBroken("\n".join(faults))
    return Suite(
        version=about["version"],
        ocpi=OCPI,
        digest=digest(root),
        checks=tuple(
            sorted((_check(value) for _, value in read), key=lambda one: (PHASES.index(one.phase), one.check_id))
        ),
        classes=classes,
        objects=objects,
        announced=about["required_endpoints"],
        sends=about["sends"],
        pushed=about["pushed"],
        listed=about["listed"],
    )


def version(root: Path = ROOT) -> str:
    """The suite's version, without reading the rest of it."""
    return str(yaml.safe_load((root / "suite.yaml").read_text())["version"])


def digest(root: Path = ROOT) -> str:
    """SHA-256 over the path and content of every file that says what a check is."""
    whole = hashlib.sha256()
    files = [root / "suite.yaml", *sorted(path for path in (root / OCPI).rglob("*") if path.suffix in _DATA)]
    for path in files:
        content = path.read_bytes()
        whole.update(f"{path.relative_to(root).as_posix()}\n{len(content)}\n".encode() + content)
    return whole.hexdigest()


def _parsed(path: Path, root: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        said = " ".join(str(error).split())
        raise SuiteBroken(f"{path.relative_to(root).as_posix()}: no YAML: {said[:300]}") from None


def _faults(
    root: Path, read: Sequence[tuple[Path, Any]], classes: Classes, objects: Mapping[str, Any]
) -> Iterator[str]:
    validator = Draft202012Validator(json.loads((root / "check.schema.json").read_text()))
    seen: dict[str, Path] = {}
    for path, value in read:
        where = path.relative_to(root).as_posix()
        for fault in validator.iter_errors(value):
            at = "/".join(map(str, fault.absolute_path))
            yield f"{where}: {at}: {fault.message[:300]}"
        if not isinstance(value, dict):
            continue
        check_id = value.get("id", "")
        if check_id in seen:
            yield f"{where}: {check_id} is also in {seen[check_id].name}"
        seen[check_id] = path
        if path.stem != check_id:
            yield f"{where}: the file of {check_id} is called {check_id}.yaml"
        yield from (f"{where}: {said}" for said in _unknown_names(value, classes, objects))
    negative = sum(1 for _, value in read if isinstance(value, dict) and value.get("kind") == "negative")
    if len(read) >= _HANDFUL and negative < NEGATIVE_SHARE * len(read):
        yield f"{negative} of {len(read)} checks are negative: at least {NEGATIVE_SHARE:.0%} must be"


def _unknown_names(value: Any, classes: Classes, objects: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in value.items():
            if isinstance(member, str) and member.startswith("${"):
                continue
            if name == "schema" and isinstance(member, str) and member.strip("[]") not in classes.names:
                yield f"there is no class {member}"
            if name == "object" and isinstance(member, str) and member not in objects:
                yield f"there is no object {member}"
            yield from _unknown_names(member, classes, objects)
    elif isinstance(value, list):
        for item in value:
            yield from _unknown_names(item, classes, objects)


def _check(value: Mapping[str, Any]) -> Check:
    return Check(
        check_id=value["id"],
        title=value["title"],
        why=value["why"].strip(),
        fix=value["fix"].strip(),
        spec=value["spec"],
        rules=tuple(value.get("rules", ())),
        roles=tuple(value["roles"]),
        modules=tuple(value["modules"]),
        interface=value.get("interface", ""),
        mode=value["mode"],
        severity=value["severity"],
        status=value.get("status", "active"),
        kind=value["kind"],
        phase=value.get("phase", "main"),
        defect=value["defect"],
        limit_s=float(value.get("limit_s", 20)),
        steps=tuple(value["steps"]),
        cleanup=tuple(value.get("cleanup", ())),
    )
