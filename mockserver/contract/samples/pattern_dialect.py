"""Regular expressions of ECMAScript in the words of Python, as far as a sample needs them."""

from __future__ import annotations

import re

_PART = re.compile(
    r"""
    \\p\{(?P<class>\^?[\w=]+)\} | \\P\{(?P<other>[\w=]+)\} | \\u\{(?P<code>[0-9A-Fa-f]+)\} | \\c(?P<control>[A-Za-z])
    | \\k<(?P<reference>\w+)> | (?P<group>\(\?<)(?![=!]) | (?P<any>\[\^\]) | \\(?P<plain>[^\W\d_]) | \\[\s\S]
    | [\s\S]
    """,
    re.VERBOSE,
)
# What samples are written in, of each class of Unicode.
_CLASSES = {
    "L": "a-zA-Z", "Letter": "a-zA-Z", "Alphabetic": "a-zA-Z", "Lu": "A-Z", "Uppercase": "A-Z", "Ll": "a-z",
    "Lowercase": "a-z", "N": "0-9", "Nd": "0-9", "Number": "0-9", "P": "!-/", "Punctuation": "!-/", "S": "+<=>$",
    "Z": " ", "Zs": " ", "ASCII": " -~", "Any": " -~", "M": "\u0301", "Cc": "\t", "C": "\t",
}  # fmt: skip
_KNOWN_ESCAPES = "dDwWsSbBnrtfvuxAZ"


def translate_pattern(pattern: str) -> str:
    """Write *pattern* as Python reads it."""
    written: list[str] = []
    in_brackets = False
    for match in _PART.finditer(pattern):
        text = match[0]
        if text == "[" and not in_brackets:
            in_brackets = True
        elif text == "[":
            text = r"\["
        elif text == "]":
            in_brackets = False
        written.append(_translate_part(match, text, in_brackets=in_brackets))
    return "".join(written)


def _translate_part(match: re.Match[str], text: str, *, in_brackets: bool) -> str:
    if match["class"] or match["other"]:
        characters = _CLASSES.get((match["class"] or match["other"]).rpartition("=")[2].strip("^"), "a-zA-Z")
        is_negated = bool(match["other"]) or match["class"].startswith("^")
        if is_negated:
            return " " if in_brackets else f"[^{characters}]"
        return characters if in_brackets else f"[{characters}]"
    if match["code"]:
        return re.escape(chr(min(int(match["code"], 16), 0x10FFFF)))
    if match["control"]:
        return re.escape(chr(ord(match["control"]) % 32))
    if match["reference"]:
        return f"(?P={match['reference']})"
    if match["group"]:
        return "(?P<"
    if match["any"]:
        return r"[\s\S]"
    if match["plain"] and match["plain"] not in _KNOWN_ESCAPES:
        return match["plain"]
    return r"\Z" if text == "$" and not in_brackets else text
