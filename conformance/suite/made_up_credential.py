"""Credentials of the form of a real one that nobody was given."""

from __future__ import annotations

import re
import string

# In the order of Base64.
_ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits
HOW_CHANGED = "with the next for each letter and digit of its second half"
HOW_CHANGED_ONCE = "with another for its last letter or digit"
HOW_LENGTHENED = "with two digits more at its end, before any padding"
_HEXADECIMAL_END = re.compile(r"(?:^|[^0-9A-Za-z])[0-9a-f-]{16,}$", re.IGNORECASE)


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


def lengthen(credential: str) -> str:
    """Put two digits more at the end, before any padding."""
    # Lenient readers of Base64 leave out what stands behind the padding, and those of hexadecimal what begins with no
    # digit. Both leave out a single character that fills no byte; two of them do.
    text = credential.rstrip("=")
    return f"{text}77{credential[len(text) :]}"


def is_hexadecimal(credential: str) -> bool:
    """Tell whether a credential, or what it ends with behind a name such as ``key_``, is a hexadecimal number."""
    return bool(_HEXADECIMAL_END.search(credential))


def _next_character(character: str) -> str:
    if not (character.isascii() and character.isalnum()):
        return character
    return {"z": "a", "Z": "A", "9": "0"}.get(character, chr(ord(character) + 1))
