"""Credentials made to order, keys of a newer stack, and what becomes of each defect."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mockserver.http.problems import CannotStart
from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.testbed.calls import PREFERENCE, SECRET, bearer
from tests.testbed.session_caller import A_FAN
from tests.testbed.stubs import run_command, serve_stub

DEFECTS = {
    "expired": 401,
    "not_yet_valid": 401,
    "bad_signature": 401,
    "alg_none": 401,
    "wrong_audience": 401,
    "wrong_role": 403,
    "malformed": 401,
}


@pytest.mark.parametrize(("defect", "status"), DEFECTS.items())
def test_defect_is_answered_as_the_document_says(caller, defect, status):
    minted = caller.admin("POST", "tokens", {"defect": defect})

    answer = caller.http.post(caller.base_url + PREFERENCE, json=A_FAN, headers=bearer(minted["token"]))

    assert answer.status_code == status
    code = {401: "authentication_required", 403: "permission_denied"}[status]
    assert answer.json()["error"]["code"] == code
    assert minted["claims"]["mock_session"] == caller.id


@pytest.mark.parametrize(("defect", "status"), DEFECTS.items())
def test_command_makes_the_same_defects(url, defect, status):
    from mockserver.command.token import make_credential

    made = make_credential(
        None, {"sub": None, "role": "authenticated", "ttl_s": 3600, "defect": defect}, None
    )

    assert httpx2.post(url + PREFERENCE, json=A_FAN, headers=bearer(made)).status_code == status


def test_command_prints_a_token_that_carries_its_session(caller, url):
    ran = run_command("token", "--sub", "user-9", "--session", caller.id)

    answer = httpx2.post(url + PREFERENCE, json=A_FAN, headers=bearer(ran.stdout.strip()))

    assert answer.json()["data"]["userId"] == "user-9"
    assert len(caller.journal()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--defect", "expird"), "did you mean 'expired'?"), (("--session", "a b"), "a session's name is"),
     (("--api", "nope"), "no API 'nope'"), (("--api", "suprsend", "--session", "shop"), "takes keys, not tokens")],
)  # fmt: skip
def test_command_refuses_in_one_line(words, said):
    ran = run_command("token", *words)

    assert ran.returncode == 2
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_token_says_what_was_asked_for(caller):
    caller.freeze()
    minted = caller.admin("POST", "tokens", {"sub": "user-8", "role": "anon", "ttl_s": 60})

    claims = jwt.decode(
        minted["token"], SECRET, ["HS256"], {"verify_iat": False, "verify_exp": False, "verify_aud": False}
    )
    assert claims == minted["claims"]
    assert (claims["sub"], claims["role"], claims["exp"] - claims["iat"]) == ("user-8", "anon", 60)
    assert claims["iat"] == 1893553445


def test_expiry_follows_the_sessions_clock(caller):
    caller.freeze()
    caller.token = caller.admin("POST", "tokens", {"ttl_s": 60})["token"]
    assert caller.write().status_code == 200
    caller.advance(59)
    assert caller.write().status_code == 200
    caller.advance(1)

    assert caller.write().json()["error"]["message"] == "The token has expired"


@pytest.mark.parametrize(("access", "status"), [("write", 202), ("read", 403), ("revoked", 401)])
def test_key_may_do_what_its_access_says(caller, access, status):
    caller.key = caller.admin("POST", "keys", {"access": access})["api_key"]

    assert caller.set({}).status_code == status
    assert len(caller.journal()) == 1


# Keys of a newer local stack


def number(value: int) -> str:
    return (
        base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
    )


ELLIPTIC = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = ec.generate_private_key(ec.SECP256R1())
POINT, PUBLIC = ELLIPTIC.public_key().public_numbers(), RSA.public_key().public_numbers()
JWKS = {
    "keys": [
        {
            "kty": "EC",
            "crv": "P-256",
            "x": number(POINT.x),
            "y": number(POINT.y),
            "kid": "ec",
            "alg": "ES256",
        },
        {"kty": "RSA", "n": number(PUBLIC.n), "e": number(PUBLIC.e), "kid": "rsa", "alg": "RS256"},
    ]
}
CLAIMS = {"sub": "user-5", "role": "authenticated", "aud": "authenticated", "iat": 1, "exp": 4_000_000_000}


@pytest.fixture(scope="module")
def stack(tmp_path_factory) -> Iterator[str]:
    """A stub that reads keys from a file."""
    file = tmp_path_factory.mktemp("keys") / "jwks.json"
    file.write_text(json.dumps(JWKS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOCKSERVER_JWKS", str(file))
        stub = Stub(load_services())
    with serve_stub(stub) as url:
        yield url


def status(url: str, token: str) -> int:
    return httpx2.post(url + PREFERENCE, json=A_FAN, headers=bearer(token)).status_code


@pytest.mark.parametrize(("key", "algorithm", "kid"), [(ELLIPTIC, "ES256", "ec"), (RSA, "RS256", "rsa")])
def test_token_signed_with_a_key_of_the_set_is_good(stack, key, algorithm, kid):
    assert status(stack, jwt.encode(CLAIMS, key, algorithm, {"kid": kid})) == 200
    assert status(stack, jwt.encode({**CLAIMS, "exp": 2}, key, algorithm, {"kid": kid})) == 401
    assert status(stack, jwt.encode({**CLAIMS, "aud": "x"}, key, algorithm, {"kid": kid})) == 401
    assert status(stack, jwt.encode({**CLAIMS, "role": "anon"}, key, algorithm, {"kid": kid})) == 403


def test_shared_secret_is_still_good(stack):
    assert status(stack, jwt.encode(CLAIMS, SECRET, "HS256")) == 200


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"),
    [
        (ELLIPTIC, "ES256", "unknown"),
        (ELLIPTIC, "ES256", None),
        (STRANGER, "ES256", "ec"),
        (ELLIPTIC, "ES256", "rsa"),
    ],
    ids=["unknown-kid", "no-kid", "strangers-key", "another-keys-kid"],
)
def test_token_of_no_key_in_the_set_is_401(stack, key, algorithm, kid):
    assert status(stack, jwt.encode(CLAIMS, key, algorithm, {"kid": kid} if kid else {})) == 401


@pytest.mark.parametrize("kid", ["rsa", "ec", None])
@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "none"])
def test_public_key_is_no_secret(stack, kid, algorithm):
    """Whoever signs with the public key as if it were a shared secret is refused."""
    public = RSA.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def part(content: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    signed = f"{part({'alg': algorithm, 'typ': 'JWT', 'kid': kid})}.{part(CLAIMS)}"
    mac = base64.urlsafe_b64encode(hmac.new(public, signed.encode(), hashlib.sha256).digest()).rstrip(b"=")

    assert status(stack, f"{signed}.{mac.decode()}") == 401


def test_keys_are_read_from_a_url_of_this_machine(monkeypatch):
    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(JWKS).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Keys) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        monkeypatch.setenv("MOCKSERVER_JWKS", f"http://127.0.0.1:{server.server_port}/jwks.json")
        stub = Stub(load_services())
        server.shutdown()
        thread.join()

    with serve_stub(stub) as url:
        assert status(url, jwt.encode(CLAIMS, ELLIPTIC, "ES256", {"kid": "ec"})) == 200


@pytest.mark.parametrize(
    ("source", "said"),
    [("https://example.com/jwks.json", "is not on this machine"), ("/nowhere/jwks.json", "No such file"),
     ("http://127.0.0.1:9/jwks.json", "127.0.0.1:9"), ("{empty}", "")],
)  # fmt: skip
def test_keys_that_cannot_be_read_stop_the_start(monkeypatch, tmp_path, source, said):
    empty = tmp_path / "empty.json"
    empty.write_text("{}")
    monkeypatch.setenv("MOCKSERVER_JWKS", source.replace("{empty}", str(empty)))

    with pytest.raises(CannotStart, match="MOCKSERVER_JWKS: ") as refused:
        Stub(load_services())
    assert said in str(refused.value)


def test_bad_signature_is_one_by_another_key(caller):
    bad = caller.admin("POST", "tokens", {"defect": "bad_signature"})["token"]

    assert jwt.decode(bad, options={"verify_signature": False})["sub"] == "user-1"
    answer = caller.http.post(PREFERENCE, json=A_FAN, headers=bearer(bad))
    assert (answer.status_code, "Signature verification failed" in answer.text) == (401, True)
