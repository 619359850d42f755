"""Sample texts: of a format, of a length, and as patterns ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mockserver.contract.samples.fit_check import is_known_pattern
from mockserver.contract.samples.patterns import list_matching_texts

Node = dict[str, Any]

_LONGEST_TEXT = 10_000


class _Growing(NamedTuple):
    """A text that has a place where it may grow: what stands before and after it, and the shortest there is."""

    before: str
    after: str = ""
    shortest: str | None = None
    filling: str = "x"

    def write(self, variant: int, least: int, most: int | None) -> str:
        """Write it in at least *least* characters, and *most* if that is possible."""
        number = str(variant) if variant else ""
        text = f"{self.before}{number}{self.after}"
        if most is not None and len(text) > most and self.shortest is not None:
            return f"{number}{self.shortest}"
        missing = max(0, min(least, _LONGEST_TEXT) - len(text))
        return f"{self.before}{number}{self.filling * missing}{self.after}"


_FIXED: dict[str, Callable[[int], str]] = {
    "date-time": lambda variant: f"2030-01-02T{3 + variant // 3000 % 20:02}:{_write_minute(variant)}Z",
    "date": lambda variant: f"{2030 + variant // 27 % 1000}-01-{2 + variant % 27:02}",
    "time": lambda variant: f"03:{_write_minute(variant)}Z",
    "date-time-local": lambda variant: f"2030-01-02T03:{_write_minute(variant)}",
    "time-local": lambda variant: f"03:{_write_minute(variant)}",
    "http-date": lambda variant: f"Wed, 02 Jan 2030 03:{_write_minute(variant)} GMT",
    "duration": lambda variant: f"P{1 + variant}D",
    "uuid": lambda variant: f"00000000-0000-4000-8000-{variant:012x}",
    "ipv4": lambda variant: f"127.0.{variant // 250 % 250}.{1 + variant % 250}",
    "ipv6": lambda variant: f"::{1 + variant % 9999}",
    "char": lambda variant: chr(ord("a") + variant % 26),
    "decimal": lambda variant: f"{variant}.5",
    **dict.fromkeys(
        ("int32", "int64", "uint64", "integer", "number", "double", "float", "relative-json-pointer"), str
    ),
}
_GROWING = {
    "email": _Growing("user", "@example.com", "a@b.co"),
    "idn-email": _Growing("user", "@example.com", "a@b.co"),
    "hostname": _Growing("", "example.com", "a"),
    "idn-hostname": _Growing("", "example.com", "a"),
    "uri": _Growing("https://example.com/", "", "a:"),
    "url": _Growing("https://example.com/", "", "a:"),
    "iri": _Growing("https://example.com/", "", "a:"),
    "uri-reference": _Growing("/", "", "a"),
    "iri-reference": _Growing("/", "", "a"),
    "uri-template": _Growing("/{id}", "", "a"),
    "json-pointer": _Growing("/a", "", ""),
    "regex": _Growing("a", "", "a"),
    "password": _Growing("password", "", "x"),
    "html": _Growing("<p>text", "</p>", "x"),
}
_TEXT = _Growing("text")
# Of base64, whose length is a multiple of four.
_BYTES = "dGV4dA=="


def list_texts(node: Node, variant: int) -> Iterator[str]:
    """Yield texts that the merged schema *node* may allow, the most readable first.

    variant: of several texts, which one.
    """
    least, most = node.get("minLength", 0), node.get("maxLength")
    format_ = node.get("format", "")
    text = _write_format(format_, variant, least, most)
    # Of a pattern that nobody can check, only what is written for it.
    if all(map(is_known_pattern, node.get("patterns", ()))):
        yield text
    if format_ in ("byte", "base64url"):
        return
    for pattern in node.get("patterns", ()):
        yield from list_matching_texts(pattern, least, variant)
    if most is not None:
        yield text[:most] if not variant else text[-most:] if most else ""


def _write_format(format_: str, variant: int, least: int, most: int | None) -> str:
    if format_ in _FIXED:
        return _FIXED[format_](variant)
    if format_ in ("byte", "base64url"):
        filling = f"{variant:04d}" * -(-min(least, _LONGEST_TEXT) // 4)
        text = _BYTES if not variant else f"{variant:04d}{_BYTES}"
        return text if least <= len(text) and (most is None or len(text) <= most) else filling
    return _GROWING.get(format_, _TEXT).write(variant, least, most)


def _write_minute(variant: int) -> str:
    return f"{4 + variant // 60 % 50:02}:{(5 + variant) % 60:02}"
