"""A text as it reads without its escapes, of whatever kind and however deep, and where each character came from."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

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


def unescape(text: str) -> str:
    """Return *text* in lower case, with every escaped character as itself, and without what shows nothing."""
    if not _IS_PLAIN.fullmatch(text):
        for _ in range(_DEEPEST):
            plain = _ESCAPED.sub(_decode, text)
            if plain == text:
                break
            text = plain
        text = _AT_LAST.sub(_decode, text)
    return _fold_case(text)


def unescape_with_places(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the same, and for each character of it from where to where it stands in *text*."""
    places = [(at, at + 1) for at in range(len(text))]
    for _ in range(_DEEPEST):
        plain, places = _replace_with_places(_ESCAPED, text, places)
        if plain == text:
            break
        text = plain
    text, places = _replace_with_places(_AT_LAST, text, places)
    return _fold_case(text), places


def _replace_with_places(
    pattern: re.Pattern[str], text: str, places: list[tuple[int, int]]
) -> tuple[str, list[tuple[int, int]]]:
    pieces, kept, at = list[str](), list[tuple[int, int]](), 0
    for match in pattern.finditer(text):
        decoded = _decode(match)
        pieces += [text[at : match.start()], decoded]
        kept += places[at : match.start()]
        kept += _list_places(match, decoded, places)
        at = match.end()
    if not pieces:
        return text, places  # as nearly always, and places take much longer to copy than to look for escapes
    return "".join([*pieces, text[at:]]), kept + places[at:]


def _list_places(
    match: re.Match[str], decoded: str, places: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield where each character of *decoded* stands, by the *places* of those that it was decoded from."""
    at, end = match.span()
    if decoded == match[0]:
        yield from places[at:end]
        return
    is_quoted = match[0][0] == "%"
    for character in decoded:
        size = len(character.encode("utf-8", "surrogateescape")) * 3 if is_quoted else end - at
        yield places[at][0], places[at + size - 1][1]
        at += size if is_quoted else 0


def _decode(match: re.Match[str]) -> str:
    whole = match[0]
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
