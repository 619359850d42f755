"""How a generated request is put to a target, so that every exam asks what there is to judge.

The generator seldom opts out, names two channels, or breaks just the preference. So of four positive cases
one stands as generated, one opts out, one takes channels out and one lets them in; and a negative case that
leaves the preference alone gets a piece of its own rubbish for one. What is done depends on the case alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.apis.suprsend.category import DOCUMENTED_CHANNELS, IN, OUT, PREFERENCES
from conformance.generation.case import Case

_LISTS = ("opt_out_channels", "opt_in_channels")
# Official clients or other pages of the vendor's send these in the place of a preference ...
_SENT_BY_CLIENTS: tuple[Any, ...] = (None, "", "cant_unsubscribe")
# ... and these have requirements of their own.
_ASKED_BY_HAND: tuple[Any, ...] = (True, False, [], {})


def prepare_content(case: Case) -> bytes | None:
    """Return the body that is no JSON; None if it is."""
    return None if case.has_json else case.content or b""


def prepare_body(case: Case) -> Any:
    """Return the JSON body to send, the same every time."""
    given = case.json
    if not isinstance(given, dict):
        return given
    return _add_choice(case, given) if case.mode == "positive" else _spoil_preference(given)


def is_sent_as_generated(case: Case) -> bool:
    """Tell whether a positive case is sent as it was generated."""
    return _variant_of(case) == 0


def is_surely_invalid_preference(value: Any) -> bool:
    """Tell whether nobody could take *value* for opt_in, opt_out or nothing, and no hand wrote it."""
    if isinstance(value, str) and value.strip().lower() in PREFERENCES:
        return False
    return value not in (*_SENT_BY_CLIENTS, *_ASKED_BY_HAND)


def is_invalid_body(body: Any) -> bool:
    """Tell whether every server has to refuse a JSON body: it is no object, or asks for no preference there is."""
    if not isinstance(body, dict):
        # null is left out: a server may take it for no body, and that for an opt_in.
        return isinstance(body, list | str | int | float)
    value = body.get("preference")
    if isinstance(value, str):
        return is_surely_invalid_preference(value)
    return value is not None


def is_invalid_content(content: bytes) -> bool:
    """Tell whether every server has to refuse *content*: there is some, and it is no JSON that asks for anything.

    What may be JSON in another encoding, or too deep for us alone, need not be refused.
    """
    try:
        return is_invalid_body(json.loads(content.decode("utf-8-sig")))
    except (RecursionError, UnicodeDecodeError):
        return False
    except ValueError:
        # Nothing at all may be taken for an opt_in, and with a NUL it may be UTF-16, which some servers read.
        return bool(content.strip()) and b"\0" not in content


def _variant_of(case: Case) -> int:
    return case.number // 2 % 4


def _add_choice(case: Case, given: dict[str, Any]) -> dict[str, Any]:
    # All but one, and another one each time: of a list of all channels a server might opt the category out.
    left_out = case.number // 8 % len(DOCUMENTED_CHANNELS)
    most = [*DOCUMENTED_CHANNELS[:left_out], *DOCUMENTED_CHANNELS[left_out + 1 :]]
    others = {name: value for name, value in given.items() if name not in _LISTS}
    match _variant_of(case):
        case 1:
            return {**given, "preference": OUT}
        case 2:
            return {**others, "preference": IN, "opt_out_channels": most}
        case 3:
            return {**others, "preference": IN, "opt_in_channels": most}
    return given


def _spoil_preference(given: dict[str, Any]) -> dict[str, Any]:
    if is_surely_invalid_preference(given.get("preference")):
        return given
    rubbish = next(filter(is_surely_invalid_preference, _inner_values(given)), None)
    return given if rubbish is None else {**given, "preference": rubbish}


def _inner_values(value: Any) -> Iterator[Any]:
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield inner
        yield from _inner_values(inner)
