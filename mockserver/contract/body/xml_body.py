"""A body in XML, which is taken as it is if it is well formed."""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from mockserver.contract.body.content import Reader
from mockserver.contract.media_type import MediaType
from mockserver.http.problems import Invalid, Violation


class XmlBody:
    """Takes XML without looking at what it says: a schema tells too little about how a value is written in it."""

    def compile(self) -> None:
        """Do nothing, as no schema is needed."""

    def is_absent(self, raw: bytes) -> bool:
        """Tell whether *raw* is white space."""
        return not raw.strip()

    def make_reader(self, _: MediaType) -> Reader:
        """Give what reads it; XML names its charset itself."""
        return _read_xml


def _read_xml(raw: bytes, _: list[Violation]) -> bytes:
    parser = expat.ParserCreate()
    # Entities can make a short text very long, and are of no use in a request.
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        parser.Parse(raw, True)
    # LookupError and ValueError: the charset that it names cannot be had.
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Invalid([Violation("", f"the body is not XML that can be read: {error}")]) from None
    return raw


def _refuse_document_type(*_: object) -> NoReturn:
    raise ValueError("it has a document type declaration; leave it out")
