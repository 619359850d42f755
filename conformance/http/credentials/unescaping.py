"""A text as it reads without its escapes, of whatever kind and however deep, and where each character came from."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import repeat

_DEEPEST = 4  # escapes in escapes, such as a URL in HTML in JSON
# No more than eight backslashes in a row, or a text of nothing else would take for ever.
_ESCAPED = re.compile(
    r"(?:%[0-9a-fA-F]{2})+"
    r"|(?:\\{1,8}u[0-9a-fA-F]{4}){1,2}|\\{1,8}x[0-9a-fA-F]{2}"
    r"|&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-zA-Z]{2,8}[0-9]{0,2});"
)
# Of characters that show nothing, which may stand between two that do: line breaks, for one, where a text is wrapped.
_INVISIBLE = "\x00-\x1f\x7f\xad\u200b-\u200d\u2060\ufeff"
# A backslash shows nothing either. This comes last: before, it may be half of an escape whose other half is escaped.
_AT_LAST = re.compile(rf"&#(?:[xX][0-9a-fA-F]{{1,6}}|[0-9]{{1,7}})|\\+[^\w\s\\]|\\+[nrt]?|[{_INVISIBLE}]")
_IS_PLAIN = re.compile(rf"[^\\%&{_INVISIBLE}]*")
_HEXADECIMAL = re.compile(r"[ux]([0-9a-fA-F]+)")
_LONGEST_REMEMBERED = 12  # characters of an escape: most are of one character, and come again and again

# Where each character of a text begins in another, and where it ends.
Places = tuple[Sequence[int], Sequence[int]]


def unescape(text: str) -> str:
    """Return *text* in lower case, with every escaped character as itself, and without what shows nothing."""
    if not _IS_PLAIN.fullmatch(text):
        for _ in range(_DEEPEST):
            plain = _ESCAPED.sub(_decode_match, text)
            if plain == text:
                break
            text = plain
        text = _AT_LAST.sub(_decode_match, text)
    return _fold_case(text)


def unescape_with_places(text: str) -> tuple[str, Places]:
    """Return the same, and where each character of it begins and ends in *text*."""
    places: Places = range(len(text)), range(1, len(text) + 1)
    for _ in range(_DEEPEST):
        plain, places = _replace_with_places(_ESCAPED, text, places)
        if plain == text:
            break
        text = plain
    text, places = _replace_with_places(_AT_LAST, text, places)
    return _fold_case(text), places


def _replace_with_places(pattern: re.Pattern[str], text: str, places: Places) -> tuple[str, Places]:
    pieces, begins, ends, at = list[str](), list[int](), list[int](), 0
    for match in pattern.finditer(text):
        start, end = match.span()
        whole = match[0]
        decoded = _decode_escape(whole)
        pieces += [text[at:start], decoded]
        begins += places[0][at:start]
        ends += places[1][at:start]
        if decoded == whole:
            begins += places[0][start:end]
            ends += places[1][start:end]
        elif whole[0] == "%" and decoded.isascii():
            begins += places[0][start:end:3]
            ends += places[1][start + 2 : end : 3]
        elif whole[0] == "%":
            at = start
            for character in decoded:
                begins.append(places[0][at])
                at += len(character.encode("utf-8", "surrogateescape")) * 3
                ends.append(places[1][at - 1])
        else:
            begins += repeat(places[0][start], len(decoded))
            ends += repeat(places[1][end - 1], len(decoded))
        at = end
    if not pieces:
        return text, places  # as nearly always, and places take much longer to copy than to look for escapes
    begins += places[0][at:]
    ends += places[1][at:]
    return "".join([*pieces, text[at:]]), (begins, ends)


def _decode_match(match: re.Match[str]) -> str:
    return _decode_escape(match[0])


def _decode_escape(whole: str) -> str:
    return _decode_short(whole) if len(whole) <= _LONGEST_REMEMBERED else _decode_any(whole)


@lru_cache(4096)
def _decode_short(whole: str) -> str:
    return _decode_any(whole)


def _decode_any(whole: str) -> str:
    if whole[0] == "%":
        return bytes.fromhex(whole.replace("%", "")).decode("utf-8", "surrogateescape")
    if whole[0] == "&":
        return html.unescape(whole)
    if figures := _HEXADECIMAL.findall(whole):
        units = "".join(chr(int(one, 16)) for one in figures)
        return units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    last = whole[-1]
    return last if last.isprintable() and last not in "\\nrt" else ""


def _fold_case(text: str) -> str:
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(one.lower() if len(one.lower()) == 1 else one for one in text)
