"""Takes out of texts what must not be in a report: tokens in every spelling, what names a driver, what cannot be seen."""

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

HIDDEN = "…"
SECRET_MIN_CHARS = 4
"""A shorter token is hidden in its header alone: no text would be left without it."""
_HEAD_CHARS = 8
"""So much of a token at the end of a text that was cut is enough to know it by."""
_NAMED_MIN_CHARS = 6
_NAMES = "uid|contract_id|visual_number|group_id|auth_id|token"
_VALUE = r'"(?P<text>(?:[^"\\]|\\.)*)(?:"|\\?\Z)|(?P<number>-?[0-9][^\s,}\]]*)'
_MEMBER = re.compile(rf'(?P<name>"(?:{_NAMES})"\s*:\s*)(?:{_VALUE})', re.IGNORECASE | re.DOTALL)
_QUOTED_MEMBER = re.compile(rf'(?P<name>\\"(?:{_NAMES})\\"\s*:\s*\\")(?P<text>[^"\\]*)', re.IGNORECASE)
_OURS = re.compile(r"cts-[0-9a-f]+(?:-\w+)?|NL-CTS-C00000001-X")
"""Drivers that the suite itself makes up."""
_URL_SAFE = {"+": "-", "/": "_"}
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Redactor:
    """Knows the tokens of a session, and the drivers that the bodies of one check named."""

    def __init__(self, secrets: Iterable[str], bodies: Iterable[bytes] = ()) -> None:
        self._forms = [form for secret in secrets if len(secret) >= SECRET_MIN_CHARS for form in _forms(secret)]
        named = {found for body in bodies for found in _named(body.decode(errors="replace"))}
        self._named = sorted(named, key=len, reverse=True)

    def text(self, text: str) -> str:
        """`text` on one line, without tokens and drivers."""
        return visible(self._without(text), kept="")

    def body(self, body: bytes, most: int) -> str:
        """The start of a body, at most so many characters, without tokens and drivers."""
        text = self._without(body[: 4 * most].decode(errors="replace"))
        return cut(visible(text.replace("\r\n", "\n"), kept="\n\t"), most)

    def _without(self, text: str) -> str:
        text = _without(text, self._forms)
        for pattern in (_MEMBER, _QUOTED_MEMBER):
            text = pattern.sub(_hide_member, text)
        for name in self._named:
            text = text.replace(name, HIDDEN)
        return text


def visible(text: str, *, kept: str) -> str:
    """Control characters, marks that turn the direction of a line, and halves of characters as `\\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        one if one in kept or unicodedata.category(one) not in _UNSEEN else f"\\u{ord(one):04x}" for one in text
    )


def cut(text: str, most: int) -> str:
    """At most so many characters, with a sign when there were more."""
    return text if len(text) <= most else text[: most - 1] + HIDDEN


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to write a token, character by character, each in every spelling of JSON, URLs and pages."""

    head: re.Pattern[str]
    rest: tuple[re.Pattern[str], ...]

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where `text` has it, whole, or as far as it goes when the text was cut in the middle of it."""
        for found in self.head.finditer(text):
            end = found.end()
            for pattern in self.rest:
                further = pattern.match(text, end)
                if further is None:
                    break
                end = further.end()
            yield found.start(), end


@lru_cache(maxsize=256)
def _forms(secret: str) -> tuple[_Form, ...]:
    """A token raw, in Base64, and in Base64 with the newline that a careless encoder adds."""
    packed = [base64.b64encode(one.encode()).decode() for one in (secret, f"{secret}\n")]
    return tuple(_form(one) for one in (secret, *packed))


def _form(written: str) -> _Form:
    """Backslashes in a row are one: how many they are depends on how often they were escaped."""
    whole = re.sub(r"\\+", r"\\", written)
    head = len(re.sub(r"\\+", r"\\", written[:_HEAD_CHARS]))
    return _Form(
        head=re.compile("".join(_spellings(one) for one in whole[:head]), re.IGNORECASE),
        rest=tuple(re.compile(_spellings(one), re.IGNORECASE) for one in whole[head:]),
    )


def _spellings(character: str) -> str:
    """A pattern for every way to write it; a text that was put into another is escaped more than once.

    No repetition in it is without end, and those of backslashes give nothing back: such a text costs no more than another.
    """
    if character.isalnum():
        return character
    if character == "\\":
        return f"{_BACKSLASH}{{1,8}}+"
    written = "|".join([*_coded(character), re.escape(character), *_URL_SAFE.get(character, "")])
    return f"{_BACKSLASH}{{0,6}}+(?:(?<=[\\\\cC])u{ord(character):04x}|{written})"


def _coded(character: str) -> list[str]:
    """For a URL, and for a page."""
    code = ord(character)
    name = _NAMES_IN_PAGES.get(character, "-")
    return [f"{_PERCENT}{code:02x}", rf"{_AND}(?:{_HASH}(?:{code}|x{code:x})|{name}){_SEMICOLON}"]


_PERCENT = "%(?:25){0,4}"
_AND = rf"(?:&(?:amp;){{0,4}}|{_PERCENT}26|\\{{1,4}}+u0026)"
_HASH, _SEMICOLON = f"(?:#|{_PERCENT}23)", f"(?:;|{_PERCENT}3b)"
_NAMES_IN_PAGES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_BACKSLASH = "(?:" + "|".join([r"\\", *_coded("\\")]) + ")"


def _without(text: str, forms: Iterable[_Form]) -> str:
    parts: list[str] = []
    at = 0
    for start, end in sorted(span for form in forms for span in form.spans(text)):
        if start >= at:
            parts += [text[at:start], HIDDEN]
        at = max(at, end)
    return "".join([*parts, text[at:]])


def _hide_member(found: re.Match[str]) -> str:
    text = found.groupdict().get("text")
    if text is not None and _OURS.fullmatch(text):
        return found[0]
    return found["name"] + (HIDDEN if found["name"].endswith('\\"') else f'"{HIDDEN}"')


def _named(text: str) -> Iterable[str]:
    for found in _MEMBER.finditer(text):
        name = found["text"] or found["number"] or ""
        if len(name) >= _NAMED_MIN_CHARS and not _OURS.fullmatch(name):
            yield name
