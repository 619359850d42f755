"""The ways in which a server may repeat a credential, drawn at random, and what finds one that is still there.

Neither looks at how the judge does it.
"""

from __future__ import annotations

import base64
import html
import json
import random
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, unquote

RUN = 12  # characters of a credential that are as bad as the whole


def draw_echo(numbers: random.Random, credential: str, may_wrap: bool = True) -> str:
    """Return *credential*, or a part of it, in an encoding that the *numbers* choose."""
    text = credential
    if numbers.random() < 0.4:
        size = numbers.randint(RUN, len(text))
        start = numbers.randint(0, len(text) - size)
        text = text[start : start + size]
    text = (
        numbers.choice(["", "", "Bearer ", ":", "user:", "x", "ab"])
        + text
        + numbers.choice(["", "", "z", "=="])
    )
    text = numbers.choice([str, str, _encode_base64, _encode_for_urls, _encode_bare, _encode_hexadecimal])(
        text
    )
    for escape in numbers.sample(_ESCAPES, numbers.choice([0, 0, 1, 1, 2])):
        text = escape(numbers, text)
    if may_wrap and numbers.random() < 0.1:
        at = numbers.randint(0, len(text))
        text = f"{text[:at]}\n{text[at:]}"
    return text


def find_leaks(text: str, credentials: Iterable[str]) -> list[str]:
    """List the runs of *credentials* that can be read in *text*, as they are or by undoing what a server may do."""
    runs = {one[at : at + RUN].lower() for one in credentials for at in range(len(one) - RUN + 1)}
    readings = [text]
    for _ in range(3):
        reading = html.unescape(unquote(_unescape_json(readings[-1])))
        if reading == readings[-1]:
            break
        readings.append(reading)
    lines = {line for one in readings for line in one.splitlines()}
    readable = "\n".join([*lines, _decode_words("\n".join(lines))]).lower()
    return sorted(_find_runs(runs, readable))


def _find_runs(runs: set[str], text: str) -> set[str]:
    """Return those of *runs* that are in *text*.

    Wherever a run of 12 begins, a piece of 7 that begins at a multiple of 6 is a part of it: only those are looked up.
    """
    step = RUN // 2
    pieces = {run[at : at + step + 1] for run in runs for at in range(step)}
    near = [at for at in range(0, len(text), step) if text[at : at + step + 1] in pieces]
    return runs & {text[at : at + RUN] for end in near for at in range(max(end - step + 1, 0), end + 1)}


def _encode_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _encode_for_urls(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _encode_bare(text: str) -> str:
    return _encode_for_urls(text).rstrip("=")


def _encode_hexadecimal(text: str) -> str:
    return text.encode().hex()


def _escape_some(numbers: random.Random, text: str, escape: Callable[[str], str]) -> str:
    share = numbers.choice([0.05, 0.5, 1])
    return "".join(escape(one) if numbers.random() < share else one for one in text)


def _escape_for_url(numbers: random.Random, text: str) -> str:
    return numbers.choice(
        [quote(text), quote(text, safe=""), _escape_some(numbers, text, lambda one: f"%{ord(one):02x}")]
    )


def _escape_for_json(numbers: random.Random, text: str) -> str:
    return numbers.choice(
        [
            text.replace("/", "\\/"),
            json.dumps(text)[1:-1],
            _escape_some(numbers, text, lambda one: f"\\u{ord(one):04X}"),
            _escape_some(numbers, text, lambda one: f"\\u{ord(one):04x}"),
        ]
    )


def _escape_for_html(numbers: random.Random, text: str) -> str:
    return numbers.choice(
        [
            html.escape(text),
            _escape_some(numbers, text, lambda one: f"&#{ord(one)};"),
            _escape_some(numbers, text, lambda one: f"&#x{ord(one):x};"),
            text.replace("+", "&plus;").replace("/", "&sol;").replace("=", "&equals;"),
        ]
    )


_ESCAPES = (_escape_for_url, _escape_for_json, _escape_for_html)


def _unescape_json(text: str) -> str:
    plain = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    return re.sub(r"\\+(?=[/\"&])", "", plain).replace("\\n", "\n")


def _decode_words(text: str) -> str:
    """Return what the words of *text* hold that may be Base64, cut anywhere, or hexadecimal figures."""
    found = []
    for word in set(re.findall(r"[A-Za-z0-9+/_-]{16,}", text)):
        letters = word.replace("-", "+").replace("_", "/")
        for start in range(4):
            whole = letters[start : start + (len(letters) - start) // 4 * 4]
            rest = letters[start + len(whole) :]
            padded = whole + (rest + "==="[: 4 - len(rest)] if len(rest) > 1 else "")
            found.append(base64.b64decode(padded).decode("latin-1"))
        for figures in re.findall(r"[0-9a-fA-F]{24,}", word):
            for start in range(2):
                even = figures[start : start + (len(figures) - start) // 2 * 2]
                found.append(bytes.fromhex(even).decode("latin-1"))
    return "\n".join(found)
