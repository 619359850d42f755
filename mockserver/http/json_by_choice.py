"""JSON read as the choices of a contract say: where JSON leaves something open, and where servers are lenient."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from mockserver.http import exact_json

ReadJson = Callable[[bytes], Any]
_Pairs = list[tuple[str, Any]]
_Object = dict[str, Any]

_REFUSED = "refused"
# Of the choices that are read here, by their ids, what exact_json does.
_OF_EXACT_JSON = {
    "byte-order-mark": "accepted",
    "not-a-number": _REFUSED,
    "number-forms": _REFUSED,
    "fraction-beyond-doubles": _REFUSED,
    "integer-beyond-doubles": "kept",
    "duplicate-members": _REFUSED,
    "member-order": "kept",
    "lone-surrogate": _REFUSED,
    "unicode-forms": "kept",
}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def make_json_reader(choices: Mapping[str, str]) -> ReadJson | None:
    """Make the function that parses a body, or raises NotExact; None where *choices* say what exact_json does."""
    taken = {id_: _find_taken(id_, choices) for id_ in _OF_EXACT_JSON}
    if taken == _OF_EXACT_JSON:
        return None
    build_object = _OBJECTS[taken["duplicate-members"]]
    order = _ORDERS[taken["member-order"]]
    decoder = json.JSONDecoder(
        parse_int=partial(_INTEGERS[taken["integer-beyond-doubles"]], taken["number-forms"]),
        parse_float=partial(_parse_float, taken["number-forms"], taken["fraction-beyond-doubles"]),
        parse_constant=_CONSTANTS[taken["not-a-number"]],
        object_pairs_hook=build_object if order is None else lambda pairs: order(build_object(pairs)),
    )
    changes = [_TEXTS[id_][taken[id_]] for id_ in _TEXTS if taken[id_] in _TEXTS[id_]]

    def read_json(raw: bytes) -> Any:
        if taken["byte-order-mark"] != "accepted" and raw.startswith(_BYTE_ORDER_MARK):
            raise exact_json.NotExact(
                "the body is not JSON: it begins with a byte order mark", "byte-order-mark"
            )
        value = exact_json.parse_carefully(
            raw, decoder=decoder, refuses_surrogates=taken["lone-surrogate"] == _REFUSED
        )
        for change in changes:
            value = _change_texts(value, change)
        return value

    return read_json


def _find_taken(id_: str, choices: Mapping[str, str]) -> str:
    """Find the alternative of a choice that is taken, with whatever status it refuses; one that is unknown is none."""
    usual = _OF_EXACT_JSON[id_]
    name = _REFUSED if choices.get(id_, "").startswith(f"{_REFUSED}-") else choices.get(id_, usual)
    return name if name in _KNOWN[id_] else usual


# --- numbers ---------------------------------------------------------------------------------------------


def _round_integer(beyond_all: str, digits: str) -> int | None:
    if _is_exact(digits):
        return int(digits)
    number = _parse_float(beyond_all, "rounded", digits)
    return None if number is None else int(number)


def _refuse_beyond_doubles(_: str, digits: str) -> int:
    if not _is_exact(digits):
        message = f"the number {digits[:40]} has more digits than can be kept"
        raise exact_json.NotExact(message, "integer-beyond-doubles")
    return int(digits)


def _is_exact(digits: str) -> bool:
    """Tell whether every integer of that size is a double; no integer of more digits is parsed, which may fail."""
    return len(digits) <= len(str(-(2**53))) and abs(int(digits)) <= 2**53


def _parse_float(beyond_all: str, beyond_digits: str, text: str) -> float | None:
    number = float(text)
    if math.isinf(number) and beyond_all == "null":
        return None
    is_taken = beyond_digits == "rounded" and math.isfinite(number)
    return number if is_taken else exact_json.parse_float(text)


_INTEGERS: Mapping[str, Callable[[str, str], int | None]] = {
    "kept": lambda _, digits: exact_json.parse_integer(digits),
    "rounded": _round_integer,
    _REFUSED: _refuse_beyond_doubles,
}
_CONSTANTS: Mapping[str, Callable[[str], Any]] = {
    _REFUSED: exact_json.refuse_constant,
    "null": lambda _: None,
}


# --- objects ---------------------------------------------------------------------------------------------


def _keep_first(pairs: _Pairs) -> _Object:
    found: _Object = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


def _sort_members(members: _Object) -> _Object:
    return {name: members[name] for name in sorted(members)}


def _sort_by_length(members: _Object) -> _Object:
    return {name: members[name] for name in sorted(members, key=_measure_name)}


def _measure_name(name: str) -> tuple[int, str]:
    return len(name.encode(errors="surrogatepass")), name


_OBJECTS: Mapping[str, Callable[[_Pairs], _Object]] = {
    _REFUSED: exact_json.build_object,
    "last": dict,
    "first": _keep_first,
}
# The last one is that of PostgreSQL's jsonb.
_ORDERS: Mapping[str, Callable[[_Object], _Object] | None] = {
    "kept": None,
    "sorted": _sort_members,
    "shortest-first": _sort_by_length,
}


# --- texts -----------------------------------------------------------------------------------------------


def _replace_surrogates(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


_TEXTS: Mapping[str, Mapping[str, Callable[[str], str]]] = {
    "lone-surrogate": {"replaced": _replace_surrogates},
    "unicode-forms": {
        "composed": partial(unicodedata.normalize, "NFC"),
        "decomposed": partial(unicodedata.normalize, "NFD"),
    },
}


def _change_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Change every text in *value*, and every name of a member."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_change_texts(item, change) for item in value]
    if isinstance(value, dict):
        return {change(name): _change_texts(member, change) for name, member in value.items()}
    return value


_KNOWN: Mapping[str, Collection[str]] = {
    "byte-order-mark": ("accepted", _REFUSED),
    "not-a-number": _CONSTANTS,
    "number-forms": (_REFUSED, "null"),
    "fraction-beyond-doubles": (_REFUSED, "rounded"),
    "integer-beyond-doubles": _INTEGERS,
    "duplicate-members": _OBJECTS,
    "member-order": _ORDERS,
    "lone-surrogate": (_REFUSED, "replaced"),
    "unicode-forms": ("kept", *_TEXTS["unicode-forms"]),
}
