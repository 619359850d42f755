"""Text files that people wrote, with the tools of any system."""

from __future__ import annotations

import codecs
from pathlib import Path

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotUtf8(ValueError):
    """The file is not UTF-8; the message says what it is and what to do."""


def read_utf_8(file: Path) -> str:
    """Read a text file in UTF-8, without the byte order mark that tools of Windows put before it.

    Raises OSError, and NotUtf8 for another encoding.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        name = "UTF-16" if file.read_bytes().startswith(_UTF_16) else f"not UTF-8 at byte {error.start}"
        raise NotUtf8(f"is {name}; save it as UTF-8") from None
