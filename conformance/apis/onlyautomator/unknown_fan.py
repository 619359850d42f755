"""Ids of fans that very probably do not exist."""

from __future__ import annotations

import hashlib
import re
import uuid

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DIGITS = re.compile(r"\d+$", re.ASCII)
_LAST_WORD = re.compile(r"[^\W_]*$")


def make_unknown_id(fan_id: str) -> str:
    """Make up an id of the same shape as *fan_id*, always the same one.

    A UUID becomes another UUID, digits at the end a longer number that still fits where numbers are kept
    (31 bits if *fan_id* fits there, 53 otherwise), other text another word. What stands before stays.
    """
    if _UUID.search(fan_id):
        return _UUID.sub(str(uuid.uuid5(uuid.NAMESPACE_URL, f"conformance:{fan_id}")), fan_id)
    if digits := _DIGITS.search(fan_id):
        return fan_id[: digits.start()] + _make_longer_number(digits[0])
    # Only the last word: a prefix may say what kind of id it is, and a server may refuse another one.
    return _LAST_WORD.sub(lambda _: _hash_text(fan_id)[: max(12, len(fan_id))], fan_id, count=1)


def _make_longer_number(digits: str) -> str:
    chance = int(_hash_text(digits), 16)
    if len(digits) < 10:
        # Within 31 bits, and above what counters have reached.
        return str(2_000_000_000 + chance % 140_000_000)
    if len(digits) < 16:
        # Within 53 bits, which every JSON reader keeps.
        return str(8_000_000_000_000_000 + chance % 1_000_000_000_000_000)
    return "".join(str((int(digit) + 5) % 10) for digit in digits)


def _hash_text(text: str) -> str:
    return hashlib.sha256(f"conformance:{text}".encode()).hexdigest()
