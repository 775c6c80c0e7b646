"""The body of an answer, whole and within a limit, whatever the partner does with it."""

import zlib

from aiohttp import ClientResponse

from hub.delivery.answer import Failure, PostFailed

ANSWER_MAX_BYTES = 8 * 1024 * 1024


async def read_body(response: ClientResponse) -> bytes:
    """Read to the end; raises PostFailed TOO_LARGE as soon as it is known to be over the limit."""
    length = response.content_length
    if length is not None and length <= ANSWER_MAX_BYTES:
        return await response.read()
    chunks: list[bytes] = []
    size = length or 0
    while size <= ANSWER_MAX_BYTES:
        chunk = await response.content.readany()
        if not chunk:
            return b"".join(chunks)
        size += len(chunk)
        chunks.append(chunk)
    response.close()
    raise _too_large()


def inflate(body: bytes, encoding: str) -> bytes:
    """Unpack what came packed although the hub asked for it plain; at most as much as a plain answer may have."""
    if encoding not in {"gzip", "deflate"}:
        raise PostFailed(Failure.BROKEN, "the answer is packed in a way that the hub did not ask for")
    unpacking = zlib.decompressobj(wbits=47)
    try:
        unpacked = unpacking.decompress(body, ANSWER_MAX_BYTES + 1)
    except zlib.error:
        raise PostFailed(Failure.BROKEN, "the answer says that it is packed and cannot be unpacked") from None
    if len(unpacked) > ANSWER_MAX_BYTES:
        raise _too_large()
    return unpacked


def _too_large() -> PostFailed:
    return PostFailed(Failure.TOO_LARGE, f"the answer is over {ANSWER_MAX_BYTES // 1024 // 1024} MiB")
