"""The page of choices is what the contracts say."""

from __future__ import annotations

from .choices import PAGE, list_choices, section


def test_choices_are_those_of_the_contracts() -> None:
    assert section(PAGE.read_text(encoding="utf-8")) == list_choices(), "run `make choices`"
