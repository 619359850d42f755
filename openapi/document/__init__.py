"""A contract of anybody's as both programs take it, of whatever version, and a list of what is wrong with it."""

from openapi.document.document import Document, Flaw
from openapi.document.reading import read_document

__all__ = ["Document", "Flaw", "read_document"]
