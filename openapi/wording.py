"""Plain words for what libraries say, and for how many there are of a thing; both packages use them."""

from __future__ import annotations

import re

_PLAIN = {
    r"Field required": "is missing",
    r"Extra inputs are not permitted": "is not known",
    r"Input should be a valid integer.*": "must be a whole number",
    r"Unable to parse input string as an integer.*": "must be a smaller whole number",
    r"Input should be a (valid|finite) number.*": "must be a number",
    r"Input should be a valid boolean.*": "must be true or false",
    r"Input should be a valid string": "must be text",
    r"Input should be a valid (list|tuple|set)": "must be a list",
    r"Input should be a valid dictionary.*": "must have members, such as 'key: value'",
    r"(String|List) should have at least 1 (character|item).*": "must not be empty",
}


def reword_message(message: str) -> str:
    """Say what pydantic says, as the end of a sentence that begins with the place: ``must be a whole number``."""
    for pattern, plain in _PLAIN.items():
        if re.fullmatch(pattern, message):
            return plain
    # Of the other hundred kinds most are "Input should be …".
    plain = re.sub(r"^\w+( \w+)? should ", "must ", message).removeprefix("Value error, ")
    return plain.replace("greater than or equal to", "at least").replace("less than or equal to", "at most")


def count_things(number: int, name: str) -> str:
    """Say how many there are of what *name* calls a single one: ``1 flaw``, ``2 flaws``."""
    return f"{number} {name}{'' if number == 1 else 's'}"
