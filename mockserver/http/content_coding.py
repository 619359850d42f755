"""What Content-Encoding says of the body of a request: undone where we can, refused where we cannot."""

from __future__ import annotations

import gzip
import io
import zlib

from mockserver.http.problems import Invalid, TooLarge, UnsupportedMediaType, Violation

_GZIP = ("gzip", "x-gzip")
_DEFLATE = "deflate"
_TAKEN = "gzip, deflate"
_NO_CODING = ("", "identity")
# Each of them may make a small body large once more.
_MOST_CODINGS = 4


def decode_body(content: bytes, encoding: str, maximum_bytes: int) -> bytes:
    """Undo the codings that *encoding*, the header's value, names in the order in which they were applied.

    Raises UnsupportedMediaType for a coding that is not known here, Invalid for a body that is not in its coding, and
    TooLarge for one that becomes larger than *maximum_bytes*.
    """
    names = [name for part in encoding.split(",") if (name := part.strip().lower()) not in _NO_CODING]
    unknown = [name for name in names if name not in (*_GZIP, _DEFLATE)]
    if unknown or len(names) > _MOST_CODINGS:
        what = f"{unknown[0][:100]!r}" if unknown else f"a list of {len(names)}"
        # RFC 9110, 12.5.3: in an answer the header says which codings would have been accepted.
        raise UnsupportedMediaType(
            f"Content-Encoding is {what}; send gzip, deflate or none", headers={"Accept-Encoding": _TAKEN}
        )
    for name in reversed(names):
        try:
            content = _unzip(content, maximum_bytes) if name in _GZIP else _inflate(content, maximum_bytes)
        except EOFError:
            raise Invalid([Violation("", f"the {name} data of the body is cut short")]) from None
        except (zlib.error, OSError):
            raise Invalid(
                [Violation("", f"Content-Encoding says {name}, but the body is not {name}")]
            ) from None
        if len(content) > maximum_bytes:
            raise TooLarge(f"The request body is larger than {maximum_bytes} bytes once it is unpacked")
    return content


def _unzip(content: bytes, maximum_bytes: int) -> bytes:
    """Unpack gzip of one or several members, one byte more than *maximum_bytes* at most."""
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as members:
        return members.read(maximum_bytes + 1)


def _inflate(content: bytes, maximum_bytes: int) -> bytes:
    """Unpack deflate, one byte more than *maximum_bytes* at most."""
    try:
        return _inflate_window(content, zlib.MAX_WBITS, maximum_bytes)
    except zlib.error:
        # The standard means zlib by the name, and some clients mean raw deflate.
        return _inflate_window(content, -zlib.MAX_WBITS, maximum_bytes)


def _inflate_window(content: bytes, window: int, maximum_bytes: int) -> bytes:
    reader = zlib.decompressobj(window)
    unpacked = reader.decompress(content, maximum_bytes + 1)
    if len(unpacked) <= maximum_bytes and not reader.eof:
        raise EOFError
    if reader.unused_data:
        raise zlib.error("something stands behind the end")
    return unpacked
