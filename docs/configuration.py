"""Writes docs/configuration.md: every variable of the environment that the hub and hubctl read."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from docs.markdown import page, table
from hub.config import Settings

PREFIX = str(Settings.model_config["env_prefix"])
_SIGNS = {Ge: ("at least", "ge"), Gt: ("over", "gt"), Le: ("at most", "le"), Lt: ("under", "lt")}
_INTRODUCTION = f"""\
The hub reads its settings once, when it starts: from the environment (prefix `{PREFIX}`), or from a file `.env` in the
directory in which it is started; the environment wins. A name that ends in `_s` counts seconds, `_per_s` a rate for each
second, `_days` days. `hubctl doctor` says what is wrong with what it finds."""
_ABOUT_HUBCTL = """\
`hubctl` speaks to a hub that runs. On the same machine it finds it by the data directory; these help it elsewhere."""


def configuration_page(hubctl: Iterable[tuple[str, str]]) -> str:
    """The whole page; `hubctl` are the variables that the command line reads: name and meaning."""
    return page(
        "Configuration",
        _INTRODUCTION,
        "## The hub",
        table(("Variable", "Default", "Takes", "What it is"), (_row(*one) for one in Settings.model_fields.items())),
        "## The command line",
        _ABOUT_HUBCTL,
        table(("Variable", "What it is"), ((f"`{name}`", meaning) for name, meaning in hubctl)),
    )


def variable(field: str) -> str:
    """The name in the environment of a field of Settings."""
    return PREFIX + field.upper()


def _row(name: str, field: FieldInfo) -> Sequence[str]:
    return f"`{variable(name)}`", _default(field.default), _takes(field), field.description or ""


def _default(value: object) -> str:
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    if plain is None or plain == "":
        return "not set"
    return f"`{str(plain).lower() if isinstance(plain, bool) else plain}`"


def _takes(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(field.annotation))
    bounds = [f"{words} {_plain(getattr(one, name))}" for one in field.metadata for words, name in _bound(one)]
    return " ".join([_kind(field.annotation), *([", ".join(bounds)] if bounds else [])])


def _bound(one: object) -> list[tuple[str, str]]:
    return [sign for kind, sign in _SIGNS.items() if isinstance(one, kind)]


def _plain(number: Any) -> str:
    return f"{number:g}"


def _kind(annotation: Any) -> str:
    kinds = {bool: "`true` or `false`", int: "a whole number", float: "a number", SecretStr: "a secret", Path: "a path"}
    return next((words for kind, words in kinds.items() if annotation is kind or kind in get_args(annotation)), "text")
