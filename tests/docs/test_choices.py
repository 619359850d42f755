"""The page of choices is what the contracts say."""

from __future__ import annotations

from .choices import PAGE, cut_section, list_choices


def test_choices_are_those_of_the_contracts() -> None:
    assert cut_section(PAGE.read_text(encoding="utf-8")) == list_choices(), "run `make choices`"
