"""Tokens signed with the keys that MOCKSERVER_JWKS names, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import warnings

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.mockserver.auth.public_keys import (
    CLAIMS,
    ELLIPTIC,
    RSA,
    SIGNERS,
    STRANGER,
    WRITERS,
    call,
    jwk,
    refuse,
    serve_with_keys,
    sign,
)
from tests.testbed.calls import SECRET, token


@pytest.mark.parametrize("algorithm", SIGNERS)
def test_token_signed_with_a_key_of_the_set_is_good(server, algorithm):
    key, other = SIGNERS[algorithm], "https://abc.supabase.co/auth/v1"
    with serve_with_keys(f"{server.url}/jwks.json") as url:
        assert call(url, sign(key, algorithm, algorithm, other)).status_code == 200
        assert call(url, sign(key, algorithm, algorithm, exp=2)).status_code == 401
        assert call(url, sign(key, algorithm, algorithm, aud="x")).status_code == 401
        assert call(url, sign(key, algorithm, algorithm, role="anon")).status_code == 403
        assert call(url, jwt.encode(CLAIMS, SECRET, "HS256")).status_code == 200


DOCUMENTS = {
    "set": lambda key: {"keys": [key]},
    "array": lambda key: [key],
    "key-alone": lambda key: key,
    "set-with-odd-keys": lambda key: {
        "keys": [
            {},
            {"kty": "oct", "k": "AAAA"},
            {"kty": ["EC"], "crv": {}},
            {"kty": "EC", "crv": "P-256", "x": 5, "y": None},
            {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA", "kid": "a"},
            {"kty": "EC", "crv": "P-256", "kid": "a"},
            {"kty": "EC", "crv": "P-521", "x": "AAAA", "y": "AAAA", "kid": "a"},
            {"kty": "OKP", "crv": "Ed25519", "x": "\ud800"},
            {"kty": "OKP", "crv": "X25519", "x": "AAAA"},
            {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
            {"kty": "RSA", "n": "", "e": ""},
            {**key, "use": "enc"},
            {**key, "kid": 7, "alg": "ES512"},
            key,
        ]
    },
}


@pytest.mark.parametrize("form", DOCUMENTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_file_may_be_a_set_an_array_or_a_key(tmp_path, form, encoding):
    """PowerShell writes UTF-16, and the Supabase CLI an array."""
    file = tmp_path / "signing_keys.json"
    file.write_bytes(json.dumps(DOCUMENTS[form](jwk(ELLIPTIC, kid="a"))).encode(encoding))

    with serve_with_keys(file) as url:
        assert call(url, sign()).status_code == 200
        assert call(url, sign(STRANGER)).status_code == 401


@pytest.mark.parametrize("algorithm", SIGNERS)
def test_file_may_hold_private_keys(tmp_path, algorithm):
    """As supabase/signing_keys.json does."""
    file = tmp_path / "signing_keys.json"
    private = json.loads(WRITERS[algorithm].to_jwk(SIGNERS[algorithm]))
    file.write_text(json.dumps([{**private, "kid": "a", "key_ops": ["sign", "verify"]}]))

    with serve_with_keys(file) as url:
        assert call(url, sign(SIGNERS[algorithm], algorithm)).status_code == 200


def test_empty_set_leaves_the_shared_secret(tmp_path):
    """A local stack that signs with its secret hands out an empty set."""
    file = tmp_path / "empty.json"
    file.write_text('{"keys": []}')

    with serve_with_keys(file) as url:
        assert call(url, token()).status_code == 200
        assert f"{file} has no key that verifies it" in refuse(url, sign())


@pytest.mark.parametrize("in_set", ["a", None])
@pytest.mark.parametrize("in_token", ["a", None])
def test_kid_is_optional_on_both_sides(tmp_path, in_set, in_token):
    """RFC 7515, 4.1.4 and RFC 7517, 4.5."""
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [jwk(ELLIPTIC, kid=in_set), jwk(RSA, "RS256", kid="r")]}))

    with serve_with_keys(file) as url:
        assert call(url, sign(kid=in_token)).status_code == 200
        assert "ES256" in refuse(url, sign(STRANGER, kid=in_token))


def test_two_keys_may_have_the_same_kid(tmp_path):
    file = tmp_path / "jwks.json"
    keys = [jwk(STRANGER, kid="a"), jwk(ELLIPTIC, kid="a"), jwk(RSA, "RS256", kid="a")]
    file.write_text(json.dumps({"keys": keys}))

    with serve_with_keys(file) as url:
        for key, algorithm in ((STRANGER, "ES256"), (ELLIPTIC, "ES256"), (RSA, "RS256")):
            assert call(url, sign(key, algorithm)).status_code == 200


@pytest.mark.parametrize(
    ("members", "credential"),
    [
        ({"kid": "a"}, sign(kid="unknown")),
        ({"kid": "a"}, sign(STRANGER)),
        ({"kid": "a"}, sign(RSA, "RS256")),
        ({"kid": "a"}, sign(ELLIPTIC, "ES256")[:-6] + "AAAAAA"),
        ({"kid": "a", "alg": "ES384"}, sign()),
        ({"kid": "a", "use": "enc"}, sign()),
        ({"kid": "a", "kty": "RSA", "alg": "RS256"}, sign()),
        ({"kid": "a"}, sign(ec.generate_private_key(ec.SECP384R1()), "ES384")),
    ],
    ids=["unknown-kid", "strangers-key", "another-algorithm", "changed-signature", "key-for-another-algorithm",
         "key-for-encryption", "key-of-another-type", "algorithm-not-taken"],
)  # fmt: skip
def test_token_of_no_key_in_the_set_is_401(tmp_path, members, credential):
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [jwk(ELLIPTIC, **members)]}))

    with serve_with_keys(file) as url:
        header = jwt.get_unverified_header(credential)
        assert f"signed with {header['alg']} (kid {header['kid']})" in refuse(url, credential)


def test_short_key_verifies_nothing(tmp_path):
    """RFC 7518, 3.3: 2048 bits or more."""
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that is the defect
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        signed = sign(short, "RS256")
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps([jwk(short, "RS256", kid="a")]))

    with serve_with_keys(file) as url:
        assert "has no key that verifies it" in refuse(url, signed)


@pytest.mark.parametrize("kid", ["rsa", "ec", None])
@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "none"])
def test_public_key_is_no_secret(tmp_path, kid, algorithm):
    """Whoever signs with the public key as if it were a shared secret is refused."""
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [jwk(ELLIPTIC, kid="ec"), jwk(RSA, "RS256", kid="rsa")]}))
    public = RSA.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def part(content: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    header = {"alg": algorithm, "typ": "JWT"} | ({"kid": kid} if kid else {})
    signed = f"{part(header)}.{part(CLAIMS)}"
    mac = base64.urlsafe_b64encode(hmac.new(public, signed.encode(), hashlib.sha256).digest()).rstrip(b"=")

    with serve_with_keys(file) as url:
        refuse(url, f"{signed}.{mac.decode()}")


def test_secret_in_a_set_verifies_nothing(tmp_path):
    own = "a-secret-that-only-the-set-knows-of-32-characters"
    file = tmp_path / "jwks.json"
    written = base64.urlsafe_b64encode(own.encode()).rstrip(b"=").decode()
    file.write_text(json.dumps({"keys": [{"kty": "oct", "k": written, "kid": "a", "alg": "HS256"}]}))

    with serve_with_keys(file) as url:
        assert "HS256 (kid a)" in refuse(url, jwt.encode(CLAIMS, own, "HS256", {"kid": "a"}))


@pytest.mark.parametrize("kid", ["x" * 5000, "ä\n\r€", "\ud800", "<script>", " "])
def test_kid_of_any_text_is_401(url, kid):
    header = base64.urlsafe_b64encode(json.dumps({"alg": "ES256", "kid": kid}).encode()).rstrip(b"=").decode()
    claims = base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).rstrip(b"=").decode()

    assert len(refuse(url, f"{header}.{claims}.AAAA")) < 500
