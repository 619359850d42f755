"""The elements of a text in XML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from mockserver.http.problems import Invalid, Violation

# Whatever looks at the elements recurses.
_DEEPEST = 100
_NO_ATTRIBUTES = ("xmlns", "xsi", "xml")


@dataclass
class Element:
    """One element, called without its prefix; the text is that directly in it."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""
    is_nil: bool = False


def parse_xml(raw: bytes | str) -> Element:
    """Parse a text, or bytes in the charset that they name.

    Raises Invalid for one that is not well formed, or has a document type.
    """
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.begin_element
    parser.EndElementHandler = builder.end_element
    parser.CharacterDataHandler = builder.add_text
    # Entities can make a short text very long, and are of no use in a request.
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        parser.Parse(raw, True)
    # LookupError and ValueError: the charset that it names cannot be had.
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Invalid([Violation("", f"the body is not XML that can be read: {error}")]) from None
    return builder.root.children[0]


class _Builder:
    def __init__(self) -> None:
        self.root = Element("", {})
        self._open = [self.root]

    def begin_element(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > _DEEPEST:
            raise ValueError(f"it nests more than {_DEEPEST} levels deep")
        pairs = [(key.rpartition(":"), value) for key, value in attributes.items()]
        own = {key: value for (prefix, _, key), value in pairs if (prefix or key) not in _NO_ATTRIBUTES}
        is_nil = any(key == "nil" and value in ("true", "1") for (_, _, key), value in pairs)
        element = Element(name.rpartition(":")[2], own, is_nil=is_nil)
        self._open[-1].children.append(element)
        self._open.append(element)

    def end_element(self, _: str) -> None:
        self._open.pop()

    def add_text(self, text: str) -> None:
        self._open[-1].text += text


def _refuse_document_type(*_: object) -> NoReturn:
    raise ValueError("it has a document type declaration; leave it out")
