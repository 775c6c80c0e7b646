"""Bodies between OCPI 2.2 and 2.2.1: nothing is touched unless the versions differ and the body does."""

from hub.wire import json_text
from hub.wire.errors import BrokenJson
from hub.wire.interface import Module, Version
from hub.wire.party import Party


def translate(module: Module | None, body: bytes, *, written: Version, wanted: Version, emsp: Party | None) -> bytes:
    """Return `body` as `wanted` has it: the same bytes when the versions are equal or nothing differs.

    `emsp` is the eMSP of the exchange, which 2.2 leaves out of a CdrToken. Source: checklist H8.05.
    """
    if written is wanted or not body or module is None or module.translation is None:
        return body
    value = json_text.loads(body)
    translated = _value(module, value, wanted, emsp)
    return body if translated is value else json_text.dumps(translated)


def translate_answer(
    module: Module | None, body: bytes, *, written: Version, wanted: Version, emsp: Party | None
) -> bytes:
    """The same for `data` of an envelope, an object or a list of them; what is no envelope comes back as it is."""
    if written is wanted or not body or module is None or module.translation is None:
        return body
    try:
        value = json_text.loads(body)
    except BrokenJson:
        return body
    if not isinstance(value, dict) or not isinstance(value.get("data"), (dict, list)):
        return body
    data = value["data"]
    if isinstance(data, list):
        items = [_value(module, item, wanted, emsp) for item in data]
        unchanged = all(new is old for new, old in zip(items, data, strict=True))
        translated: object = data if unchanged else items
    else:
        translated = _value(module, data, wanted, emsp)
    return body if translated is data else json_text.dumps({**value, "data": translated})


def _value(module: Module, value: object, wanted: Version, emsp: Party | None) -> object:
    if not isinstance(value, dict) or module.translation is None:
        return value
    if wanted is Version.V2_2:
        return module.translation.to_2_2(value)
    return module.translation.to_2_2_1(value, emsp)
