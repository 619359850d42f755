"""The charsets of texts that are sent."""

from __future__ import annotations

import re
from encodings.aliases import aliases

from mockserver.http.problems import Invalid, UnsupportedMediaType, Violation

# Those in which texts come, on the web and in mails. Of Python's others some take long or read no text, and to ask
# Python for a name that it does not know costs memory that is never given back.
_CODECS = frozenset(
    (
        "utf_8", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be", "ascii", "latin_1",
        *(f"iso8859_{number}" for number in range(1, 17) if number != 12),
        *(f"cp125{number}" for number in range(9)),
        "cp437", "cp850", "cp852", "cp866", "cp874", "koi8_r", "koi8_u", "mac_roman", "mac_cyrillic", "tis_620",
        "big5", "big5hkscs", "gb2312", "gbk", "gb18030", "euc_jp", "iso2022_jp", "shift_jis", "cp932",
        "euc_kr", "cp949",
    )
)  # fmt: skip
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


def find_codec(charset: str) -> str | None:
    """Find Python's name of a charset; None if texts in it are not read."""
    name = _NOT_IN_NAMES.sub("_", charset.lower())
    codec = aliases.get(name, name)
    return codec if codec in _CODECS else None


def decode_text(raw: bytes, charset: str) -> str:
    """Decode text; raises UnsupportedMediaType for a charset that is not known, and Invalid for other bytes."""
    codec = find_codec(charset)
    if codec is None:
        raise UnsupportedMediaType(f"the charset is {charset[:40]!r}; send utf-8")
    try:
        return raw.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        what = f"the body is not {charset.upper()}: byte {error.start} is 0x{raw[error.start]:02x}"
        raise Invalid([Violation("", what)]) from None
