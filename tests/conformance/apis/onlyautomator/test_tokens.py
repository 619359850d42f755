"""Fans that are unknown and tokens that are bad: how they are made up."""

from __future__ import annotations

import jwt
import pytest

from conformance.apis.onlyautomator import unknown_fan
from conformance.apis.onlyautomator.tokens import Token
from conformance.assertions.outcome import NotTested
from tests.conformance.apis.onlyautomator.judging import Reference

# --- what bad requests are made of -----------------------------------------------------------------------


UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    "fan_id",
    [
        "12345",
        "1234567890",
        "12345678901234567890",
        "fan_12345",
        UUID,
        f"fan_{UUID}",
        "ada",
        "of_ben",
        "x",
        "fan:ümit",
    ],
)
def test_unknown_fan_has_the_shape_of_the_known_one(fan_id):
    made = unknown_fan.make_unknown_id(fan_id)

    assert made != fan_id
    assert made == unknown_fan.make_unknown_id(fan_id)
    if fan_id.isdigit() and len(fan_id) < 16:
        assert len(fan_id) < len(made) or int(made) > int(fan_id)
        assert int(made) < (2**31 if len(fan_id) < 10 else 2**53)
    if "_" in fan_id:
        assert made.startswith(fan_id[: fan_id.index("_") + 1])


def test_bad_tokens_differ_from_the_good_one_in_what_they_say():
    good = Reference().make_token("ada")
    token = Token(good)
    head, _, signature = good.rpartition(".")

    tampered = token.with_tampered_signature()
    assert tampered.startswith(f"{head}.")
    assert sum(one != other for one, other in zip(tampered, good, strict=True)) == 1
    assert good.startswith(token.with_truncated_signature())
    assert len(signature) - len(token.with_truncated_signature().rpartition(".")[2]) >= 4
    assert token.without_signature() == f"{head}."
    assert token.with_claims(exp=1).endswith(f".{signature}")
    assert token.without_algorithm().endswith(".")
    secret = "a stranger's secret, long enough for this"
    assert jwt.decode(token.with_signature_by(secret), secret, ["HS256"])["sub"] == "ada"
    assert token.with_signature_by("").count(".") == 2


@pytest.mark.parametrize("text", ["opaque", "a.b", "a..c", "a.b.c.d.e", ""])
def test_token_that_is_no_jwt_makes_no_bad_ones(text):
    with pytest.raises(NotTested):
        Token(text)
