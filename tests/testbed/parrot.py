"""A server that repeats credentials wherever an answer has a place for them."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from conformance.http.evidence import Exchange
from conformance.proof.messages import Request, Response
from conformance.report.har import write_har
from tests.testbed.echoes import draw_echo, find_leaks

CREDENTIALS = {
    "key": "SS.WSK.7f3kQ9vX/T2mR8+LwZ5nYpJ4&<Kd0",
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLWFkYSIsImV4cCI6MTc5Nn0.mUfSggMkR6WMTIdgM8fZ3wHPtWxMLKhSm7l",
    "basic": "dXNlcjpwYXNzd29yZC1vZi10aGUtdXNlcg==",
    "password": 'p?s>~w"rd/of the (user) 1234',
}


def echo_in_header(name: str, form: str = "{}") -> Callable[[str], Response]:
    def answer(echo: str) -> Response:
        return Response(401, {"message": "no"}, {name: form.format(echo)})

    return answer


def echo_in_body(media_type: str, form: str) -> Callable[[str], Response]:
    def answer(echo: str) -> Response:
        return Response(401, form.replace("{}", echo).encode(), {"content-type": media_type})

    return answer


PLACES = {
    "value of a header": echo_in_header("x-note"),
    "name of a header": lambda echo: Response(401, {}, {f"x-{echo}": "1"}),
    "Location": echo_in_header("location", "https://login.example/cb?access_token={}&a=b"),
    "cookie": echo_in_header("set-cookie", "sid={}; HttpOnly"),
    "media type": echo_in_header("content-type", "text/{}"),
    "Retry-After": echo_in_header("retry-after", "wait {}"),
    "WWW-Authenticate": echo_in_header("www-authenticate", 'Bearer error_description="{}"'),
    "Content-Encoding": echo_in_header("content-encoding", "{}"),
    "JSON string": echo_in_body("application/json", '{"code": 401, "message": "bad {} key"}'),
    "JSON name": echo_in_body("application/json", '{"{}": {"{}": null}}'),
    "web page": echo_in_body("text/html", "<html><a href='/?key={}'>{}</a></html>"),
    "text": echo_in_body("text/plain", "unknown key: {}"),
    "long text": echo_in_body("text/plain", "{} " * 10),
    "start of a long text": echo_in_body("text/plain", "{}" + "x" * 5000),
    "text cut at 60": echo_in_body("text/plain", "." * 30 + "{}"),
    "text cut at 80": echo_in_body("application/json", "." * 60 + "{}"),
    "text cut at 4096": echo_in_body("text/plain", "." * 4070 + "{}"),
    "bytes": echo_in_body(
        "application/octet-stream", "\x00\x1b[31m\udcff{}".encode("utf-8", "replace").decode()
    ),
}


class Parrot:
    """Repeats credentials wherever it can, those of the profile and those that it was sent; else it is a server."""

    def __init__(self, server: Any, numbers: random.Random) -> None:
        self._server = server
        self._numbers = numbers
        self.clock: Any = None
        self.known = [one for one in server.profile("")["credentials"].values() if len(one) > 20]
        self.heard = set[str]()
        self._unspoilt = 3  # so that the run begins

    def answer(self, request: Request) -> Response:
        if self.clock:
            self._server.clock = self.clock
        answer = self._server.answer(request)
        if self._unspoilt > 0:
            self._unspoilt -= 1
            return answer
        word = request.headers.get("authorization", "").rpartition(" ")[2]
        self.heard.add(word)
        draw = self._numbers.random()
        credential = word if draw < 0.5 and len(word) > 20 else self._numbers.choice(self.known)
        echo = draw_echo(self._numbers, credential, may_wrap=False)
        if draw < 0.1:
            # With the status of the server, for a refusal of what was accepted ends the run.
            return replace(PLACES[self._numbers.choice(list(PLACES))](echo), status=answer.status)
        fields, content = answer.encode()
        told = {**fields, "x-echo": echo, "set-cookie": f"sid={echo}", "link": f"<http://h/?token={echo}>"}
        try:
            body = json.loads(content)
        except ValueError:
            return Response(answer.status, content, told)
        if isinstance(body, dict) and draw > 0.6:
            name = self._numbers.choice([*body, echo])
            put = {echo: echo} if draw > 0.9 else [echo] if draw > 0.85 else "." * int(100 * draw) + echo
            body = {**body, name: put}
        return Response(answer.status, json.dumps(body).encode(), told)

    def profile(self, url: str) -> dict[str, Any]:
        """Return the profile of the server."""
        profile: dict[str, Any] = self._server.profile(url)
        return profile

    def list_heard(self) -> set[str]:
        """List what was sent in the place of a credential and is one, or is made of one: no other is a secret."""
        return {one for one in self.heard if find_leaks(one, self.known)}


def render_har(exchanges: Iterable[Exchange]) -> str:
    """Return the archive of *exchanges* as text."""
    stream = io.BytesIO()
    write_har(exchanges, stream)
    return stream.getvalue().decode()
