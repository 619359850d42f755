"""The generated cases as they are sent: with the profile's fan in them, and categories of the run's own."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conformance.generation.case import Case
from conformance.suite import driver as suite

KEY = ("fanId", "category", "preference")
LARGEST_EXACT = 2**53


@dataclass(frozen=True)
class CaseResult(suite.CaseResult):
    """One case as it was sent; *body* is None where it was no JSON."""

    has_json: bool
    body: Any

    @property
    def triple(self) -> tuple[str, ...] | None:
        """The three names, or None if one is missing or no text."""
        if not isinstance(self.body, dict):
            return None
        names = tuple(text for text in map(self.body.get, KEY) if isinstance(text, str))
        return names if len(names) == len(KEY) else None


class CasePreparer:
    """Makes the cases of one run ready to be sent.

    A fanId that could be one becomes *fan_id*, so that nothing is written for a fan that is not in the
    profile. A category gets the run's *prefix*, and the case's number where an earlier case has the same
    names, so that every case makes a record. What is wrong on purpose stays wrong.
    """

    def __init__(self, fan_id: str, prefix: str) -> None:
        self._fan_id = fan_id
        self._prefix = prefix
        self._used: set[tuple[str, str]] = set()

    def prepare_content(self, case: Case) -> bytes | None:
        """Return what is sent for *case*."""
        body = case.json if case.has_json else None
        if not isinstance(body, dict):
            return case.content
        for name, own in (("fanId", self._fan_id), ("category", self._make_category(body, case.number))):
            if isinstance(body.get(name), str) and body[name]:
                body[name] = own
        return json.dumps(body, ensure_ascii=False).encode()

    def _make_category(self, body: dict[str, Any], number: int) -> str:
        names = (str(body.get("category")), json.dumps(body.get("preference")))
        category = f"{self._prefix}{names[0]}" + (f"_{number}" if names in self._used else "")
        self._used.add(names)
        return category


def is_json(content: bytes | None) -> bool:
    """Tell whether *content* is JSON."""
    try:
        json.loads((content or b"").decode())
    except ValueError:
        return False
    return True


def is_invalid(content: bytes) -> bool:
    """Tell whether every server has to refuse *content*: no JSON object, or no name where a name has to be.

    What may be JSON in another encoding, or too deep for us alone, need not be refused.
    """
    try:
        # Without a byte order mark, which a server may skip.
        body = json.loads(content.decode("utf-8-sig"))
    except (RecursionError, UnicodeDecodeError):
        return False
    except ValueError:
        # With a NUL it may be UTF-16 or UTF-32, which some servers read.
        return b"\0" not in content
    return not isinstance(body, dict) or any(isinstance(body.get(name, []), dict | list) for name in KEY)


def is_portable(value: Any) -> bool:
    """Tell whether every JSON reader keeps *value* as it is: no U+0000, no integer that a double cannot hold."""
    if isinstance(value, dict):
        return all(is_portable(name) and is_portable(item) for name, item in value.items())
    if isinstance(value, list):
        return all(map(is_portable, value))
    if isinstance(value, str):
        return "\0" not in value
    return not isinstance(value, int) or abs(value) <= LARGEST_EXACT


def is_clean_name(name: str) -> bool:
    """Tell whether no server would clean *name* up: no control characters, no whitespace around it."""
    return name == name.strip() and not any(
        unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp") for one in name
    )


def compose_letters(value: Any) -> Any:
    """Compose the letters of every string in *value*: the document does not say which form is kept."""
    if isinstance(value, dict):
        return {compose_letters(name): compose_letters(item) for name, item in value.items()}
    if isinstance(value, list):
        return [compose_letters(item) for item in value]
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


@lru_cache(4096)  # every name is compared with all others
def fold_name(name: str) -> str:
    """Reduce *name* to what every server tells apart: letters without case and form, nothing around them."""
    # NFKC, since servers and databases may take a wide letter, a ligature or a superscript for the plain one.
    letters = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in letters if unicodedata.category(one)[0] not in "CZ" or one == " ").strip()
