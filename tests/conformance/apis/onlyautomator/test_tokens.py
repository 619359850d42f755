"""Fans that are unknown and tokens that are bad: how they are made up."""

from __future__ import annotations

import jwt
import pytest

from conformance import proof
from conformance.apis.onlyautomator import unknown_fan
from conformance.apis.onlyautomator.tokens import Token
from conformance.assertions.outcome import NotTested
from conformance.proof.trial import judge_in_process
from tests.conformance.apis.onlyautomator.judging import API, Reference

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
    assert token.without_third_part() == head
    assert token.with_claims(exp=1).endswith(f".{signature}")
    assert token.without_algorithm().endswith(".")
    secret = "a stranger's secret, long enough for this"
    assert jwt.decode(token.with_signature_by(secret), secret, ["HS256"])["sub"] == "ada"
    assert token.with_signature_by("").count(".") == 2


@pytest.mark.parametrize("text", ["opaque", "a.b", "a..c", "a.b.c.d.e", ""])
def test_token_that_is_no_jwt_makes_no_bad_ones(text):
    with pytest.raises(NotTested):
        Token(text)


# --- how they are reported -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mutant", "requirement", "label", "how"),
    [
        ("HalfASignature", "tampered-token", "TAMPERED", "with a changed signature"),
        ("SignatureBegins", "truncated-token", "CUT", "with a cut signature"),
        ("SignatureIsOptional", "unsigned-token", "UNSIGNED", "without its signature"),
        (
            "TwoPartsAreEnough",
            "unsigned-token",
            "TWO_PARTS",
            "without its signature and the dot before it",
        ),
        (
            "SignaturesAreRemembered",
            "altered-claims",
            "LATER_EXPIRY",
            "with a later expiry under its signature",
        ),
        ("AlgorithmNone", "algorithm-none", "ALGORITHM_NONE", "with the algorithm none"),
        (
            "AlgorithmNoneInAnyCase",
            "algorithm-none",
            "ALGORITHM_NONE_IN_OTHER_CASE",
            "with the algorithm nOnE",
        ),
        ("StrangersMaySign", "foreign-signature", "SIGNED_BY_A_STRANGER", "with a stranger's signature"),
        (
            "EmptySecretSigns",
            "foreign-signature",
            "SIGNED_BY_AN_EMPTY_SECRET",
            "with a signature by an empty secret",
        ),
        ("HalfASignatureToRead", "list-tampered-token", "TAMPERED", "with a changed signature"),
        (
            "TwoPartsAreEnoughToRead",
            "list-bad-token",
            "TWO_PARTS",
            "without its signature and the dot before it",
        ),
    ],
)
def test_finding_names_the_token_that_was_let_in(mutant, requirement, label, how):
    (server,) = (one for one in proof.mutants_of(API) if one.__name__ == mutant)
    verdict = judge_in_process(server(), only=[requirement])
    (result,) = verdict.results
    name = "ONLYAUTOMATOR_USER"

    assert result.status == "failed"
    assert f"Bearer ${{{name}_{label}}}" in result.at_fault.curl
    assert f"{name}_{label} of a curl line is {name} {how}" in verdict.notes


def test_finding_says_that_the_token_lacks_its_signature_and_not_the_list():
    (server,) = (one for one in proof.mutants_of(API) if one.__name__ == "SignatureIsOptionalToRead")
    (result,) = judge_in_process(server(), only=["list-bad-token"]).results

    assert result.expected == "a list with a token without its signature to be refused"


@pytest.mark.parametrize(
    ("mutant", "label", "words"),
    [
        ("AnyWordIsAToken", "ONE_WORD_FOR_A_TOKEN", "not-a-token"),
        ("NothingToVerify", "TWO_WORDS_FOR_A_TOKEN", "words.unsigned."),
    ],
)
def test_finding_says_which_words_were_taken_for_a_token(mutant, label, words):
    (server,) = (one for one in proof.mutants_of(API) if one.__name__ == mutant)
    verdict = judge_in_process(server(), only=["malformed-token"])

    assert f"Bearer ${{{label}}}" in verdict.results[0].at_fault.curl
    assert f"{label} of a curl line is {words}" in verdict.notes
