"""What was sent for a parameter, made the value that its schema means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from mockserver.contract.parameters.shape import Shape
from mockserver.contract.parameters.text import UNREADABLE
from mockserver.http import exact_json
from mockserver.http.redaction import is_secret_member

# The texts that were sent for one value, in their order, or those of its members by name.
Sent: TypeAlias = "Sequence[str] | Mapping[str, Sent]"
Steps: TypeAlias = tuple[str | int, ...]


class Reading(NamedTuple):
    """A value, and what is wrong with the texts in it that are none of the types they should be, by their place."""

    value: Any
    problems: Mapping[Steps, str]


def read_value(sent: Sent, shape: Shape, name: str) -> Reading:
    """Make the value of the parameter *name* of what was *sent*; a text that cannot be read stays one."""
    reader = _Reader(is_secret_member(name))
    value = reader.read(sent, shape, ())
    return Reading(value, reader.problems)


class _Reader:
    def __init__(self, is_secret: bool) -> None:
        self._is_secret = is_secret
        self.problems: dict[Steps, str] = {}

    def read(self, sent: Sent, shape: Shape, steps: Steps) -> Any:
        if isinstance(sent, Mapping):
            return self._read_members(sent, shape, steps)
        if not sent:
            return []
        if len(sent) > 1 and (shape.takes_list or (shape.is_open and steps)):
            return self._read_items([[one] for one in sent], shape, steps)
        text = sent[-1]
        value = shape.read_text(text)
        if shape.takes_list and (value is UNREADABLE or not shape.accepts(value)):
            # A list within a list has the commas that are left.
            texts = text.split(",") if steps and isinstance(steps[-1], int) else sent
            return self._read_items([[one] for one in texts], shape, steps)
        if value is UNREADABLE and shape.takes_object:
            value = _parse_json(text)
        if value is UNREADABLE:
            value = text
            if shape.scalars:
                is_secret = self._is_secret or any(
                    isinstance(step, str) and is_secret_member(step) for step in steps
                )
                self.problems[steps] = shape.describe_unreadable(text, is_secret=is_secret)
        return value

    def _read_members(self, sent: Mapping[str, Sent], shape: Shape, steps: Steps) -> Any:
        if shape.takes_list and all(name == "" or (name.isascii() and name.isdigit()) for name in sent):
            return self._read_items(_list_items(sent), shape, steps)
        return {name: self.read(one, shape.find_member(name), (*steps, name)) for name, one in sent.items()}

    def _read_items(self, sent: Sequence[Sent], shape: Shape, steps: Steps) -> list[Any]:
        return [self.read(one, shape.find_item(index), (*steps, index)) for index, one in enumerate(sent)]


def _list_items(sent: Mapping[str, Sent]) -> list[Sent]:
    """List items that have their numbers for names, as ``a[0]=x&a[1]=y``, or nothing, as ``a[]=x&a[]=y``."""
    found: list[Sent] = []
    for name, one in sorted(sent.items(), key=lambda pair: int(pair[0][:9] or 0)):
        if name or isinstance(one, Mapping):
            found.append(one)
        else:
            found += [[text] for text in one]
    return found


def _parse_json(text: str) -> Any:
    """Parse the object that a text is, as many write one where no style can spread it."""
    if not text.lstrip().startswith("{"):
        return UNREADABLE
    try:
        return exact_json.loads(text.encode())
    except (exact_json.NotExact, UnicodeEncodeError):
        return UNREADABLE
