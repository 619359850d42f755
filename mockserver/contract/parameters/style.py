"""How a style spreads a list or an object over one text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.contract.parameters.reading import Sent
from mockserver.contract.parameters.shape import Shape

Decode = Callable[[str], str]

_STYLES: Mapping[str, tuple[str, ...]] = {
    "path": ("simple", "label", "matrix"),
    "header": ("simple",),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "cookie": ("form", "cookie"),
}
_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}


class Misspelt(Exception):
    """The text is not written in the style; the message says how it should be."""


class Style(NamedTuple):
    """The style of a parameter, and whether each item or member stands by itself."""

    name: str
    is_exploded: bool

    @classmethod
    def from_definition(cls, definition: Mapping[str, Any]) -> Style:
        """Find the style of a parameter; one that its place does not have counts as the default."""
        known = _STYLES.get(definition["in"], ("form",))
        named = definition.get("style")
        name = named if named in known else known[0]
        return cls(name, definition.get("explode", name in ("form", "cookie", "deepObject")) is True)

    @property
    def separators(self) -> tuple[str, ...]:
        """What stands between the items, the likeliest first."""
        if self.name == "label":
            # Versions of OpenAPI differ in what it is where nothing is exploded.
            return (".",) if self.is_exploded else (",", ".")
        if self.name == "matrix" and self.is_exploded:
            return (";",)
        return (_SEPARATORS.get(self.name, ","),)

    def list_readings(self, name: str, text: str, decode: Decode, shape: Shape) -> list[Sent]:
        """List what *text* may be, the likeliest first: separators that are encoded may belong to an item.

        Raises Misspelt.
        """
        prefix = {"label": ".", "matrix": ";"}.get(self.name, "")
        if not text.startswith(prefix):
            # Some clients encode all of it.
            text, decode = decode(text), str
        if self.name == "label":
            text = _strip_prefix(text, prefix, "begin with a full stop, as style label has it")
        if self.name == "matrix":
            return self._list_of_matrix(name, text, decode, shape)
        return list(self._split_text(text, decode, shape))

    def _list_of_matrix(self, name: str, text: str, decode: Decode, shape: Shape) -> list[Sent]:
        advice = f"be written as ;{name}=VALUE, as style matrix has it"
        text = _strip_prefix(text, ";", advice)
        is_named = text.startswith(f"{name}=") and (shape.takes_list or shape.scalars)
        if self.is_exploded and shape.takes_object and not is_named:
            return [_split_members(text, ";", decode)]
        if not self.is_exploded or not shape.takes_list:
            return list(self._split_text(_strip_name(text, name, advice), decode, shape))
        return [[decode(_strip_name(part, name, advice)) for part in text.split(";")]]

    def _split_text(self, text: str, decode: Decode, shape: Shape) -> Iterator[Sent]:
        lists = split_items(text, self.separators, decode)
        is_spread = len(lists[0]) > 1
        whole = [[decode(text)]] if shape.scalars or not (shape.takes_list or shape.takes_object) else []
        if not is_spread:
            yield from whole
        if shape.takes_list:
            yield from lists
        if shape.takes_object:
            yield from self._read_members(text, lists[0], decode, is_only=not (shape.takes_list or whole))
        if is_spread:
            yield from whole

    def _read_members(
        self, text: str, items: Sequence[str], decode: Decode, *, is_only: bool
    ) -> Iterator[Sent]:
        try:
            if text.lstrip().startswith("{") or decode(text).lstrip().startswith("{"):
                yield [decode(text)]
            elif self.is_exploded:
                yield _split_members(text, self.separators[0], decode)
            else:
                yield _pair_members(items, self.separators[0])
        except Misspelt:
            if is_only:
                raise


def split_items(text: str, separators: Sequence[str], decode: Decode) -> list[list[str]]:
    """Split *text* and decode its items; where only encoded separators are there, it may be one item as well."""
    for separator in separators:
        if separator in text:
            return [[decode(item) for item in text.split(separator)]]
    whole = decode(text)
    for separator in separators:
        if separator in whole:
            return [whole.split(separator), [whole]]
    return [[whole]]


def _split_members(text: str, separator: str, decode: Decode) -> dict[str, Sent]:
    if "=" not in text:
        text, decode = decode(text), str
    found: dict[str, Sent] = {}
    for pair in text.split(separator):
        name, equals, value = pair.partition("=")
        if not equals:
            raise Misspelt(f"must have its members as NAME=VALUE{separator}NAME=VALUE")
        found[decode(name)] = [decode(value)]
    return found


def _pair_members(items: Sequence[str], separator: str) -> dict[str, Sent]:
    if len(items) % 2:
        parts = separator.join(("NAME", "VALUE", "NAME", "VALUE"))
        raise Misspelt(f"must have its members as {parts}")
    return {name: [value] for name, value in zip(items[::2], items[1::2], strict=True)}


def _strip_prefix(text: str, prefix: str, advice: str) -> str:
    if not text.startswith(prefix):
        raise Misspelt(f"must {advice}")
    return text[len(prefix) :]


def _strip_name(text: str, name: str, advice: str) -> str:
    if text == name:
        return ""
    return _strip_prefix(text, f"{name}=", advice)
