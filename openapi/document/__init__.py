"""A contract of anybody's as both programs take it, of whatever version, and a list of what is wrong with it."""

from pathlib import Path

from openapi.document.document import Document, Flaw

__all__ = ["Document", "Flaw", "read_document"]


def read_document(file: Path) -> Document:
    """Read the contract in *file*, whatever is wrong with it.

    Raises openapi.BadSpec, in one line, for what is no OpenAPI at all.
    """
    # Here, since a contract that ships with the programs needs none of it.
    from openapi.document import reading

    return reading.read_document(file)
