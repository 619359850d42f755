"""Bodies of HTTP messages that are compressed, unpacked up to a limit."""

from __future__ import annotations

import gzip
import io
import zlib

_GZIP = ("gzip", "x-gzip")
CODINGS = (*_GZIP, "deflate")


class BadCompression(ValueError):
    """A body is not in the coding that it is said to be in; the message is the end of a sentence about it."""


def unpack_body(content: bytes, coding: str, most_bytes: int) -> bytes:
    """Unpack *content*, which is in one of CODINGS; one byte more than *most_bytes* if it is larger than that.

    Raises BadCompression.
    """
    try:
        return _gunzip_body(content, most_bytes) if coding in _GZIP else _inflate_body(content, most_bytes)
    except EOFError:
        raise BadCompression("is cut short") from None
    except (zlib.error, OSError):
        raise BadCompression(f"is not {coding}") from None


def _gunzip_body(content: bytes, most_bytes: int) -> bytes:
    # The module of that name reads several members, as RFC 1952 allows, compares lengths and sums, and lets a padding
    # of zeros pass; it refuses whatever else stands behind.
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as members:
        return members.read(most_bytes + 1)


def _inflate_body(content: bytes, most_bytes: int) -> bytes:
    try:
        return _inflate_window(content, zlib.MAX_WBITS, most_bytes)
    except zlib.error:
        # "deflate" means zlib by the standard, and raw deflate to some.
        return _inflate_window(content, -zlib.MAX_WBITS, most_bytes)


def _inflate_window(content: bytes, window: int, most_bytes: int) -> bytes:
    reader = zlib.decompressobj(window)
    unpacked = reader.decompress(content, most_bytes + 1)
    if len(unpacked) <= most_bytes and not reader.eof:
        raise EOFError
    if reader.unused_data:
        raise BadCompression("goes on behind its end")
    return unpacked
