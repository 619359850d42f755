"""The names of the alternatives that an answer shows by its status."""

from types import SimpleNamespace

import pytest

from conformance.assertions.refusal import name_refusal


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (200, None),
        (202, None),
        (301, "redirect-301"),
        (308, "redirect-308"),
        (400, "refused-400"),
        (422, "refused-422"),
        (500, "refused-500"),
        (503, "refused-503"),
    ],
)
def test_answer_is_named_by_its_status(status, name):
    assert name_refusal(SimpleNamespace(status=status)) == name
