"""What Content-Encoding says of a body: undone where we can, and told where it is false.

Only gzip and deflate are asked for. A server that sends another coding all the same breaks no promise of its document,
so its body is left alone and said to be unread, unless it shows that the header is false.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from openapi.compression import CODINGS, BadCompression, unpack_body

LARGEST_BODY = 32 * 1024 * 1024
_NO_CODING = ("", "identity", "none")
# Registered at IANA; whoever sends one of these means it.
_OTHER_CODINGS = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"})


class BodyTooLarge(Exception):
    """The body is longer than LARGEST_BODY."""


class Body(NamedTuple):
    """A body without its codings, as far as they could be undone.

    fault: that it is not in a coding that it is said to be in. unread_coding: one that cannot be undone here.
    """

    content: bytes
    fault: str | None = None
    unread_coding: str | None = None


def decode_body(content: bytes, encoding: str) -> Body:
    """Undo the codings that *encoding*, the header's value, names; raises BodyTooLarge."""
    for name in reversed([part.strip().lower() for part in encoding.split(",")]):
        if not content or name in _NO_CODING:
            continue  # nothing is in no coding, and frameworks leave the header there
        if name in CODINGS:
            try:
                content = unpack_body(content, name, LARGEST_BODY)
            except BadCompression as error:
                return Body(content, f"a body that is not {name}, as its Content-Encoding says (it {error})")
            if len(content) > LARGEST_BODY:
                raise BodyTooLarge
        elif name in _OTHER_CODINGS and is_plain_json(content):
            return Body(content, f"a body that is not {name}, as its Content-Encoding says, but plain text")
        elif not (_is_charset(name) and _is_text(content)):
            return Body(content, unread_coding=name)
        # Who names a charset has mistaken the header for another, and clients pass over that.
    return Body(content)


def is_plain_json(content: bytes) -> bool:
    """Tell whether *content* is a whole JSON object or array as it stands, which no compressed body is."""
    try:
        return isinstance(json.loads(content), dict | list)
    except (ValueError, RecursionError):
        return False


def _is_charset(name: str) -> bool:
    try:
        "a".encode(name)  # nothing at all has every encoding
    except (LookupError, ValueError):  # an unknown name, or one with characters that no name has
        return False
    return True


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
