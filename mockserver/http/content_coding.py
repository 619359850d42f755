"""What Content-Encoding says of the body of a request: undone where we can, refused where we cannot."""

from __future__ import annotations

from mockserver.http.problems import Invalid, TooLarge, UnsupportedMediaType, Violation
from openapi.compression import CODINGS, BadCompression, unpack_body

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
    unknown = [name for name in names if name not in CODINGS]
    if unknown or len(names) > _MOST_CODINGS:
        what = f"{unknown[0][:100]!r}" if unknown else f"a list of {len(names)}"
        # RFC 9110, 12.5.3: in an answer the header says which codings would have been accepted.
        raise UnsupportedMediaType(
            f"Content-Encoding is {what}; send gzip, deflate or none", headers={"Accept-Encoding": _TAKEN}
        )
    for name in reversed(names):
        try:
            content = unpack_body(content, name, maximum_bytes)
        except BadCompression as error:
            said = f"Content-Encoding says {name}, but the body {error}"
            raise Invalid([Violation("", said)]) from None
        if len(content) > maximum_bytes:
            raise TooLarge(f"The request body is larger than {maximum_bytes} bytes once it is unpacked")
    return content
