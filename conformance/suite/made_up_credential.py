"""Credentials of the form of a real one that nobody was given."""

from __future__ import annotations

import string

# In the order of Base64.
_ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits
HOW_CHANGED = "with the next for each letter and digit of its second half"
HOW_CHANGED_ONCE = "with another for its last letter or digit"


def change_second_half(credential: str) -> str:
    """Put the next letter or digit for each in the second half; the same text if there is none."""
    # Only the second half: the first may say what kind of credential it is, and a server may look at that alone.
    half = len(credential) // 2
    return credential[:half] + "".join(map(_next_character, credential[half:]))


def change_last_letter(credential: str) -> str:
    """Put another letter or digit for the last; the same text if there is none."""
    for at in reversed(range(len(credential))):
        if credential[at] in _ALPHABET:
            # Of the last character of Base64 only the upper bits need count, so one of these is changed.
            other = _ALPHABET[(_ALPHABET.index(credential[at]) + 31) % len(_ALPHABET)]
            return credential[:at] + other + credential[at + 1 :]
    return credential


def _next_character(character: str) -> str:
    if not (character.isascii() and character.isalnum()):
        return character
    return {"z": "a", "Z": "A", "9": "0"}.get(character, chr(ord(character) + 1))
