"""How words of others are shown: their control characters visible, and no more of them than can be read.

Both are the last steps. Credentials are replaced before, in the whole text, for half a credential is not recognized:
``Redaction.show`` does all three in this order, and nothing else cuts what a target, a command or a library says.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

LONGEST_LINE = 500  # characters of what an answer is quoted with
LONGEST_SENTENCE = 2000  # it may be a list of what was observed
LONGEST_QUOTE = 80  # of one value within such a line
_LONGEST_KEPT = 4096  # characters of a quote until it is cut: more than a credential has
_QUOTATION_MARKS = len('""')
_TEXT_CONTROLS = {"\n", "\r", "\t"}
# Unicode keeps these for what never leaves a program, so that no text that is shown holds one.
_OPENING, _MIDDLE, _CLOSING = _MARKS = "\ufdd0\ufdd1\ufdd2"
_QUOTE = re.compile(f"{_OPENING}([0-9]+){_MIDDLE}([^{_MARKS}]*){_CLOSING}")
_ANY_MARK = re.compile(f"[{_MARKS}]")


def quote_text(text: str, size: int | None = None) -> str:
    """Return *text* for a sentence; whoever shows the sentence cuts that part of it to what can be read.

    size: how many characters are told where it is cut, if not those of *text*.
    """
    kept = _ANY_MARK.sub("\ufffd", text[:_LONGEST_KEPT])
    return f"{_OPENING}{len(text) if size is None else size}{_MIDDLE}{kept}{_CLOSING}"


def quote_json(value: Any) -> str:
    """Return a value as JSON for a sentence: what is shown so could be sent again."""
    is_word = isinstance(value, str) and len(value) <= LONGEST_QUOTE
    if is_word:
        return _quote_word(value)
    # Of a text, its own length: neither quotes nor escapes are part of it.
    return quote_text(json.dumps(value), len(value) if isinstance(value, str) else None)


@lru_cache(1024)  # one requirement after the other looks at the same few words in all answers of a run
def _quote_word(word: str) -> str:
    return quote_text(json.dumps(word), len(word))


def cut_quotes(sentence: str) -> str:
    """Cut every part of *sentence* that quote_text has marked."""
    if sentence.isascii():
        return sentence
    return _ANY_MARK.sub("", _QUOTE.sub(_cut_quote, sentence))


def _cut_quote(quote: re.Match[str]) -> str:
    size, shown = int(quote[1]), quote[2]
    # A text that is no longer is shown whole with its quotation marks.
    longest = LONGEST_QUOTE + (_QUOTATION_MARKS if size <= LONGEST_QUOTE else 0)
    if size <= _LONGEST_KEPT and len(shown) <= longest:
        return shown
    return f"{shown[:LONGEST_QUOTE]}… ({size} characters)"


def shorten_text(text: str, longest: int = LONGEST_LINE, unread: int = 0) -> str:
    """Return *text*, or its beginning and how much is left out; *unread* characters behind it are left out anyway."""
    left_out = len(text) - longest + max(0, unread)
    return text if left_out <= 0 else f"{text[:longest]}… ({left_out} characters more)"


def to_one_line(text: str, longest: int = LONGEST_SENTENCE, unread: int = 0) -> str:
    """Return words of others in one short line, which no terminal and no CI system takes for a command."""
    return shorten_text(" ".join(escape_controls(text).split()), longest, unread)


def shorten_line(text: str, longest: int) -> str:
    """Return *text* in one line, or its beginning with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest]}…"


def escape_controls(text: str) -> str:
    """Escape the control characters that a terminal would obey and an XML file may not hold."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in _TEXT_CONTROLS else ascii(character)[1:-1]
        for character in text
    )
