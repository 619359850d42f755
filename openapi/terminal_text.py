"""Text of others, such as a contract's, as it may stand on a terminal."""

from __future__ import annotations


def clean_line(text: str) -> str:
    """Put a space for every character that commands a terminal, ends a line or turns the direction of writing."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)
