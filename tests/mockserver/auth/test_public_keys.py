"""Tokens that a newer Supabase stack signs with a key of its own: where the keys come from, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from mockserver.http.problems import CannotStart
from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.testbed.calls import PREFERENCE, SECRET, bearer, token
from tests.testbed.session_caller import A_FAN
from tests.testbed.stubs import serve_stub

ELLIPTIC = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EDWARDS = ed25519.Ed25519PrivateKey.generate()
STRANGER = ec.generate_private_key(ec.SECP256R1())
SIGNERS = {"ES256": ELLIPTIC, "RS256": RSA, "EdDSA": EDWARDS}
WRITERS = {
    "ES256": jwt.algorithms.ECAlgorithm,
    "RS256": jwt.algorithms.RSAAlgorithm,
    "EdDSA": jwt.algorithms.OKPAlgorithm,
}
LOCAL = "http://127.0.0.1:54321/auth/v1"
CLAIMS = {"sub": "user-5", "role": "authenticated", "aud": "authenticated", "iat": 1, "exp": 4_000_000_000}

# Signed by the key that the Supabase CLI gives every local stack.
LOCAL_TOKEN = (
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImI4MTI2OWYxLTIxZDgtNGYyZS1iNzE5LWMyMjQwYTg0MGQ5MCIsInR5cCI6IkpXVCJ9.eyJ"
    "pc3MiOiJodHRwOi8vMTI3LjAuMC4xOjU0MzIxL2F1dGgvdjEiLCJzdWIiOiJjMGExYjJjMy0xMTExLTQyMjItODMzMy00NDQ0NTU"
    "1NTY2NjYiLCJhdWQiOiJhdXRoZW50aWNhdGVkIiwiZXhwIjo0MDAwMDAwMDAwLCJpYXQiOjE3NjAwMDAwMDAsImVtYWlsIjoiYW5"
    "uYUBleGFtcGxlLmNvbSIsInBob25lIjoiIiwiYXBwX21ldGFkYXRhIjp7InByb3ZpZGVyIjoiZW1haWwiLCJwcm92aWRlcnMiOls"
    "iZW1haWwiXX0sInVzZXJfbWV0YWRhdGEiOnsiZW1haWxfdmVyaWZpZWQiOnRydWV9LCJyb2xlIjoiYXV0aGVudGljYXRlZCIsImF"
    "hbCI6ImFhbDEiLCJhbXIiOlt7Im1ldGhvZCI6InBhc3N3b3JkIiwidGltZXN0YW1wIjoxNzYwMDAwMDAwfV0sInNlc3Npb25faWQ"
    "iOiI1ZjBiYjlmNy02ZjhiLTRhNTEtOWYwYS0yZDNmNmExZTliMTEiLCJpc19hbm9ueW1vdXMiOmZhbHNlfQ.hvo90dvjz-cfFkqS"
    "3Rm77FO_JSq6X9vEZLscW1tFsX0XRkgQZYj4TWJrYeoRjuBeTkeoXYk4O6Yq1BAiZIlG_w"
)


def jwk(key: Any, algorithm: str = "ES256", **members: Any) -> dict[str, Any]:
    """Write the public part of *key*; a member given as None is left out."""
    public = json.loads(WRITERS[algorithm].to_jwk(key.public_key()))
    written = {**public, "alg": algorithm, "use": "sig", **members}
    return {name: value for name, value in written.items() if value is not None}


def sign(
    key: Any = ELLIPTIC, algorithm: str = "ES256", kid: str | None = "a", issuer: str = LOCAL, **claims: Any
) -> str:
    header = {"kid": kid} if kid is not None else {}
    return jwt.encode({**CLAIMS, "iss": issuer, **claims}, key, algorithm, header)


class KeyServer:
    """A server of this machine that hands out *document*."""

    def __init__(self, document: Any = None, status: int = 200) -> None:
        self.document = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.status = status
        self.asked: list[str] = []
        self.url = ""

    @contextmanager
    def serve(self) -> Iterator[KeyServer]:
        keys = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                keys.asked.append(self.path)
                self.send_response(keys.status)
                self.end_headers()
                self.wfile.write(keys.document)

            def log_message(self, *_: object) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            self.url = f"http://127.0.0.1:{server.server_port}"
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


@pytest.fixture
def server() -> Iterator[KeyServer]:
    """A local stack with one key for each algorithm, and its secret beside them as the CLI hands it out."""
    keys = [jwk(key, algorithm, kid=algorithm) for algorithm, key in SIGNERS.items()]
    secret = base64.urlsafe_b64encode(SECRET.encode()).rstrip(b"=").decode()
    with KeyServer({"keys": [*keys, {"kty": "oct", "k": secret}]}).serve() as server:
        yield server


@pytest.fixture
def stack(server: KeyServer) -> Iterator[str]:
    """A stub beside that local stack."""
    with serve_stub(Stub(load_services(), options=Options(supabase_url=server.url))) as url:
        yield url


@contextmanager
def serve_with_keys(named: object) -> Iterator[str]:
    """Serve a stub whose keys are those of a file or URL."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOCKSERVER_JWKS", str(named))
        stub = Stub(load_services())
    with serve_stub(stub) as url:
        yield url


def call(url: str, credential: str) -> httpx2.Response:
    # To load the certificates of authorities would take longer than the call.
    with httpx2.Client(trust_env=False, verify=False) as http:
        return http.post(url + PREFERENCE, json=A_FAN, headers=bearer(credential))


def refuse(url: str, credential: str) -> str:
    """Call in vain; returns the message."""
    answer = call(url, credential)
    assert answer.status_code == 401, answer.text
    assert answer.json()["error"]["code"] == "authentication_required"
    assert credential not in answer.text
    return answer.json()["error"]["message"]


# The local stack


def test_token_of_a_local_stack_is_accepted_as_it_is(url):
    """The stack need not even run: every local stack has the same key."""
    answer = call(url, LOCAL_TOKEN)

    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["userId"] == "c0a1b2c3-1111-4222-8333-444455556666"


@pytest.mark.parametrize("variable", ["MOCKSERVER_JWT_SECRET", "MOCKSERVER_JWKS"])
def test_key_of_every_local_stack_is_no_good_beside_a_secret_or_keys_of_ones_own(
    monkeypatch, tmp_path, variable
):
    empty = tmp_path / "empty.json"
    empty.write_text('{"keys": []}')
    monkeypatch.setenv(variable, str(empty) if variable == "MOCKSERVER_JWKS" else "a-secret-of-our-own" * 3)

    with serve_stub(Stub(load_services(), options=Options(supabase_url="http://127.0.0.1:9"))) as url:
        assert "ES256 (kid b81269f1-21d8-4f2e-b719-c2240a840d90)" in refuse(url, LOCAL_TOKEN)


@pytest.mark.parametrize("algorithm", SIGNERS)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_local_stack_is_asked_for_the_key_of_its_token(stack, server, algorithm, host):
    issuer = f"{server.url.replace('127.0.0.1', host)}/auth/v1"

    answer = call(stack, sign(SIGNERS[algorithm], algorithm, algorithm, issuer))

    assert answer.status_code == 200, answer.text
    assert server.asked == ["/auth/v1/.well-known/jwks.json"]


def test_local_stack_is_asked_once_for_many_tokens(stack, server):
    for number in range(3):
        good = sign(kid="ES256", issuer=f"{server.url}/auth/v1", sub=f"user-{number}")
        assert call(stack, good).status_code == 200

    assert len(server.asked) == 1


@pytest.mark.parametrize("issuer", ["https://abc.supabase.co/auth/v1", "", "{server}", "{server}/auth/v1/x"])
def test_local_stack_is_not_asked_for_keys_of_others(stack, server, issuer):
    refuse(stack, sign(issuer=issuer.replace("{server}", server.url)))

    assert server.asked == []


def test_local_stack_is_not_asked_where_the_shared_secret_counts(stack, server):
    assert call(stack, token(iss=f"{server.url}/auth/v1")).status_code == 200
    refuse(stack, token(iss=f"{server.url}/auth/v1", secret="x" * 40))

    assert server.asked == []


def test_stub_starts_and_says_what_to_set_where_no_stack_runs():
    # Bound, so that nobody else takes the port, and deaf.
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with serve_stub(Stub(load_services(), options=Options(supabase_url=gone))) as url:
            answer = call(url, sign(kid="local-1", issuer=f"{gone}/auth/v1"))
            assert call(url, token()).status_code == 200

    assert answer.status_code == 401
    message = answer.json()["error"]["message"]
    assert "signed with ES256 (kid local-1)" in message
    assert f"{gone}/auth/v1/.well-known/jwks.json cannot be reached" in message
    assert "MOCKSERVER_JWKS" in message
    assert "set MOCKSERVER_JWKS to a file" in answer.headers["x-mock-problem"]


def test_token_of_an_issuer_that_nobody_named_says_what_to_set(url):
    message = refuse(url, sign(kid="local-1", issuer="https://abc.supabase.co/auth/v1"))

    assert "signed with ES256 (kid local-1)" in message
    assert "MOCKSERVER_JWKS names the keys" in message


def test_other_calls_do_not_wait_for_a_stack_that_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor() as pool:
        named = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with serve_stub(Stub(load_services(), options=Options(supabase_url=named))) as url:
            waiting = pool.submit(refuse, url, sign(issuer=f"{named}/auth/v1"))
            connection, _ = silent.accept()
            assert call(url, token()).status_code == 200
            assert not waiting.done()
            with connection:
                assert "did not answer within" in waiting.result(10)


def test_keys_of_this_machine_are_not_asked_for_through_a_proxy(monkeypatch, server):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with serve_stub(Stub(load_services(), options=Options(supabase_url=server.url))) as url:
        assert call(url, sign(kid="ES256", issuer=f"{server.url}/auth/v1")).status_code == 200


# What MOCKSERVER_JWKS names


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


@pytest.mark.parametrize("kid", ["x" * 5000, "ä\n\r€", "\ud800", "../../etc/passwd", " "])
def test_kid_of_any_text_is_401(url, kid):
    header = base64.urlsafe_b64encode(json.dumps({"alg": "ES256", "kid": kid}).encode()).rstrip(b"=").decode()
    claims = base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).rstrip(b"=").decode()

    assert len(refuse(url, f"{header}.{claims}.AAAA")) < 500


# Keys change while the stub runs


def test_rotated_key_of_a_url_needs_no_restart(server):
    server.document = json.dumps({"keys": [jwk(STRANGER, kid="old")]}).encode()
    with serve_with_keys(f"{server.url}/jwks.json") as url:
        assert call(url, sign(STRANGER, kid="old")).status_code == 200
        server.document = json.dumps({"keys": [jwk(ELLIPTIC, kid="new")]}).encode()
        assert call(url, sign(kid="new")).status_code == 200
        assert "kid old" in refuse(url, sign(STRANGER, kid="old"))


@pytest.mark.parametrize("kid", ["a", None])
def test_rotated_key_of_a_file_needs_no_restart(tmp_path, kid):
    """Even one with the kid of the old key, or without any."""
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps([jwk(STRANGER, kid=kid)]))
    with serve_with_keys(file) as url:
        assert call(url, sign(STRANGER)).status_code == 200
        file.write_text(json.dumps([jwk(ELLIPTIC, kid=kid)]))
        assert call(url, sign()).status_code == 200


BROKEN = {
    "html": (b"<html>Not here</html>", 200, "is not JSON"),
    "no-bytes": (b"", 200, "is not JSON"),
    "deep": (b"[" * 100_000, 200, "is not JSON"),
    "no-set": (b'{"a": 1}', 200, "is no JWKS"),
    "keys-are-text": (b'{"keys": "x"}', 200, "is no JWKS"),
    "keys-are-texts": (b'["x"]', 200, "is no JWKS"),
    "null": (b"null", 200, "is no JWKS"),
    "huge": (b" " * 1024 * 1025, 200, "more than"),
    "not-found": (b"{}", 404, "answered 404"),
    "error": (b"{}", 503, "answered 503"),
    "redirect": (b"{}", 302, "answered 302"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_url_that_hands_out_no_set_is_401_until_it_does(fault):
    document, status, said = BROKEN[fault]
    with KeyServer(document, status).serve() as server, serve_with_keys(f"{server.url}/jwks.json") as url:
        assert f"{server.url}/jwks.json {said}" in refuse(url, sign()).replace("answered more", "more")
        server.document, server.status = json.dumps([jwk(ELLIPTIC)]).encode(), 200
        assert call(url, sign()).status_code == 200
        server.document, server.status = document, status
        # What it once had is still good.
        assert call(url, sign(sub="somebody-else")).status_code == 200


@pytest.mark.parametrize("content", ["", "<html>", "{}", None])
def test_file_that_breaks_while_the_stub_runs_keeps_its_old_keys(tmp_path, content):
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps([jwk(ELLIPTIC)]))
    with serve_with_keys(file) as url:
        file.unlink() if content is None else file.write_text(content)
        assert str(file) in refuse(url, sign(STRANGER))
        assert call(url, sign()).status_code == 200


@pytest.mark.parametrize(
    ("named", "said"),
    [("https://example.com/jwks.json", "is not on this machine"), ("HTTP://example.com/", "is not on this machine"),
     ("http://127.0.0.1.example.com/", "is not on this machine"), ("http://127.0.0.1@example.com/", "not on this"),
     ("http://[::1", "is not on this machine"), ("/nowhere/jwks.json", "No such file"), ("{folder}", "a directory"),
     ("<html>", "is not JSON"), ("", "is not JSON"), ("{}", "is no JWKS"), ('{"keys": "x"}', "is no JWKS"),
     ('{"keys": [1]}', "is no JWKS"), ("[[]]", "is no JWKS"), ("\x00", "is not JSON")],
)  # fmt: skip
def test_keys_that_cannot_be_used_stop_the_start_in_one_line(monkeypatch, tmp_path, named, said):
    if not named.lower().startswith(("http", "/", "{folder")):
        (tmp_path / "keys.json").write_text(named)
        named = str(tmp_path / "keys.json")
    monkeypatch.setenv("MOCKSERVER_JWKS", named.replace("{folder}", str(tmp_path)))

    with pytest.raises(CannotStart, match="MOCKSERVER_JWKS: ") as refused:
        Stub(load_services())
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_url_where_nothing_listens_does_not_stop_the_start():
    """The stack may start after the stub."""
    with serve_with_keys("http://127.0.0.1:9/jwks.json") as url:
        assert "http://127.0.0.1:9/jwks.json cannot be reached" in refuse(url, sign())
        assert call(url, token()).status_code == 200
