"""The moment that an ISO 8601 date-time tells."""

from datetime import UTC, datetime

import pytest

from conformance.assertions.timestamp import parse_instant

MOMENT = datetime(2024, 5, 31, 12, 30, 59, 518334, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-31T12:30:59.518334Z",
        "2024-05-31t12:30:59.5183349z",
        "2024-05-31 14:30:59,518334+02",
        "20240531T123059.518334",
        "2024-W22-5T12:30:59.518334+00:00",
        "2024-152T07:00:59.518334-05:30",
    ],
)
def test_a_fraction_is_cut_at_the_microsecond(text):
    """As a float, this fraction is a little less than what stands there."""
    assert parse_instant(text) == MOMENT


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-12-31T23:59:60Z", datetime(2025, 1, 1, tzinfo=UTC)),
        ("2024-12-31T24:00:00Z", datetime(2025, 1, 1, tzinfo=UTC)),
        ("2024-12-31T23:59:60.500Z", datetime(2025, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        ("2024-12-31T12:30,5", datetime(2024, 12, 31, 12, 30, 30, tzinfo=UTC)),
        ("2024-02-30T12:30:00Z", None),
        ("2024-12-31T12:30:00.Z", None),
        ("2024-12-31", None),
    ],
)
def test_the_end_of_a_day_and_fractions_of_minutes_are_read(text, wanted):
    assert parse_instant(text) == wanted
