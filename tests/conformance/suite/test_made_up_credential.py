"""What is made up differs from the real one in what a server reads, not in its letters alone."""

import base64
import re

import pytest

from conformance.suite.made_up_credential import change_last_letter, is_hexadecimal, lengthen


@pytest.mark.parametrize("length", [30, 31, 32])
def test_key_that_differs_in_its_last_letter_has_other_bytes(length):
    """Lenient readers of Base64 leave out the bits of the last letter that no byte needs."""
    for first in range(0, 256, 3):
        key = base64.b64encode(bytes([first, *range(length - 2), first])).decode()
        changed = change_last_letter(key)

        assert len(changed) == len(key)
        assert base64.b64decode(changed) != base64.b64decode(key)


def read_base64(text):
    """Read as lenient readers do: up to the padding, and without the letter that fills no byte."""
    letters = re.sub(r"[^A-Za-z0-9+/]", "", text.partition("=")[0])
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]
    return base64.b64decode(whole + "=" * (-len(whole) % 4))


def read_hexadecimal(text):
    """Read as lenient readers do: up to what is no digit, and without the digit that fills no byte."""
    return re.findall("..", re.match("[0-9a-f]*", text)[0])


@pytest.mark.parametrize("padding", ["=", ""])
@pytest.mark.parametrize("length", range(30, 34))
def test_longer_key_has_more_bytes(length, padding):
    key = "SS." + base64.b64encode(bytes(range(length))).decode().replace("=", padding)
    longer = lengthen(key)

    assert len(longer) == len(key) + 2
    assert len(read_base64(longer)) > len(read_base64(key))


@pytest.mark.parametrize("key", ["7f3a9c0b12de45f6", "7f3a9c0b12de45f"])
def test_longer_number_has_more_bytes(key):
    assert len(read_hexadecimal(lengthen(key))) > len(read_hexadecimal(key))


@pytest.mark.parametrize(
    ("key", "is_number"),
    [
        ("7f3a9c0b12de45f6", True),
        ("key_7F3A9C0B12DE45F6", True),
        ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", True),
        ("SS.local-development-key", False),
        ("SS.WSK.7f3kQ9vXbT2mR8cLwZ5nYpJ4", False),
        ("facade", False),
    ],
)
def test_key_that_is_the_same_in_either_case_is_known(key, is_number):
    assert is_hexadecimal(key) == is_number
