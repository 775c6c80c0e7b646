"""Writes frozen dataclasses and named tuples as documents, and reads them back, led by their types: new fields need no line here.

A field that a document lacks gets its default, and one that the class lacks is passed over: both happen after an upgrade.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from hub.store.driver import Document
from hub.wire.party import Party, PartyRole, Role

_Record = TypeVar("_Record")
_Convert = Callable[[Any], Any]
_Codec = tuple[_Convert, _Convert]
"""To a value that BSON has, and back."""


def write(record: Any) -> Document:
    """Return the document of a record: its fields by name."""
    record_type: Any = type(record)
    names, values_of, converted = _writer(record_type)
    document = dict(zip(names, values_of(record), strict=True))
    for name, to_bson in converted:
        document[name] = to_bson(document[name])
    return document


def read(record_type: type[_Record], document: Mapping[str, Any]) -> _Record:
    """Return the record that `write` wrote."""
    any_type: Any = record_type
    known = _fields(any_type)
    return record_type(**{name: known[name][1](value) for name, value in document.items() if name in known})


def read_party(written: str) -> Party:
    """Read `NL*TNM` as a document holds it: folded already."""
    return Party(country_code=written[:2], party_id=written[3:])


def _read_party_role(written: str) -> PartyRole:
    party, _, role = written.partition(" ")
    return PartyRole(party=read_party(party), role=Role(role))


@cache
def _fields(record_type: Any) -> dict[str, _Codec]:
    return {name: _codec(kind) for name, kind in get_type_hints(record_type).items()}


@cache
def _writer(record_type: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]], list[tuple[str, _Convert]]]:
    """The names of all fields, what gets their values at once, and the few fields whose value BSON does not have."""
    known = _fields(record_type)
    converted = [(name, to_bson) for name, (to_bson, _) in known.items() if to_bson is not _same]
    return tuple(known), _values(tuple(known)), converted


def _values(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda record: tuple(getattr(record, name) for name in names)


def _same(value: Any) -> Any:
    return value


_PLAIN: dict[Any, _Codec] = dict.fromkeys((str, int, float, bool, bytes, datetime), (_same, _same)) | {
    Party: (str, read_party),
    PartyRole: (str, _read_party_role),
}


def _codec(kind: Any) -> _Codec:
    while isinstance(kind, NewType):
        kind = kind.__supertype__
    if get_origin(kind) is not None:
        return _codec_of_many(get_origin(kind), get_args(kind))
    if kind in _PLAIN:
        return _PLAIN[kind]
    if issubclass(kind, Enum):
        return (lambda member: member.value), kind
    if is_dataclass(kind):
        record_type = cast(type[Any], kind)
        return write, lambda document: read(record_type, document)
    raise TypeError(f"no document form for {kind}")


def _codec_of_many(origin: Any, arguments: tuple[Any, ...]) -> _Codec:
    if origin in (Union, types.UnionType):
        (kind,) = (argument for argument in arguments if argument is not types.NoneType)
        return _optional(*_codec(kind))
    if origin is frozenset:
        to_bson, from_bson = _codec(arguments[0])
        return (lambda values: sorted(map(to_bson, values))), (lambda values: frozenset(map(from_bson, values)))
    if origin is tuple and arguments[-1] is Ellipsis:
        to_bson, from_bson = _codec(arguments[0])
        return (lambda values: [*map(to_bson, values)]), (lambda values: tuple(map(from_bson, values)))
    if origin is tuple:
        return _each([_codec(argument) for argument in arguments])
    if origin is Mapping:
        to_pair, from_pair = _each([_codec(argument) for argument in arguments])
        return (lambda mapping: [*map(to_pair, mapping.items())]), (lambda pairs: dict(map(from_pair, pairs)))
    raise TypeError(f"no document form for {origin}")


def _optional(to_bson: _Convert, from_bson: _Convert) -> _Codec:
    return (
        lambda value: None if value is None else to_bson(value),
        lambda value: None if value is None else from_bson(value),
    )


def _each(codecs: list[_Codec]) -> _Codec:
    """A tuple of so many values, each with its own codec."""
    return (
        lambda values: [to_bson(value) for (to_bson, _), value in zip(codecs, values, strict=True)],
        lambda values: tuple(from_bson(value) for (_, from_bson), value in zip(codecs, values, strict=True)),
    )
