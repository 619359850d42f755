"""Keys of a Supabase stack, tokens signed with them, and a server that hands the keys out."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.testbed.calls import PREFERENCE, SECRET, bearer
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


@contextmanager
def serve_local_keys() -> Iterator[KeyServer]:
    """Serve the keys of a local stack, one for each algorithm, and its secret beside them as the CLI hands it out."""
    keys = [jwk(key, algorithm, kid=algorithm) for algorithm, key in SIGNERS.items()]
    secret = base64.urlsafe_b64encode(SECRET.encode()).rstrip(b"=").decode()
    with KeyServer({"keys": [*keys, {"kty": "oct", "k": secret}]}).serve() as server:
        yield server


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
