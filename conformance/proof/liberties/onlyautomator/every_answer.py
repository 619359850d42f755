"""OnlyAutomator servers that take a liberty with every answer."""

from __future__ import annotations

import gzip
import itertools
import json
from dataclasses import replace

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import (
    Reference,
    Refusal,
)
from conformance.proof.variants.onlyautomator import ChangesResponse


class Charset(ChangesResponse):
    """The media type has a charset parameter and capitals."""

    def change_response(self, response: Response) -> Response:
        headers = {**response.headers, "content-type": "Application/JSON;charset=UTF-8"}
        return Response(response.status, response.body, headers)


class TypesBuiltOnJson(ChangesResponse):
    """Successes and errors have media types of their own, built on JSON."""

    def change_response(self, response: Response) -> Response:
        label = "application/problem+json" if response.status >= 400 else "application/vnd.api+json"
        return replace(response, headers={**response.headers, "content-type": label})


class Indented(ChangesResponse):
    """JSON is sent with spaces, newlines and escapes."""

    def change_response(self, response: Response) -> Response:
        text = "\r\n " + json.dumps(response.body, indent=4) + "\n"
        return Response(response.status, text.encode(), {"content-type": "application/json"})


class CapitalHeaders(ChangesResponse):
    """Header names are in capitals, and there are more of them."""

    def change_response(self, response: Response) -> Response:
        content = json.dumps(response.body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        content = content if _is_utf_8(content) else json.dumps(response.body).encode()
        more = {"CONTENT-TYPE": "application/json", "SET-COOKIE": "a=b", "X-POWERED-BY": "PHP", "VARY": "*"}
        return Response(response.status, content, more)


class Gzipped(Reference):
    """Bodies are compressed for those who accept it."""

    def answer(self, request: Request) -> Response:
        response = super().answer(request)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return response
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        return Response(response.status, gzip.compress(json.dumps(response.body).encode()), headers)


class ConnectionClose(ChangesResponse):
    """The server says that it will close the connection."""

    needs_connection = True

    def change_response(self, response: Response) -> Response:
        return Response(response.status, response.body, {**response.headers, "connection": "close"})


class Slow(Reference):
    """Every answer takes a few milliseconds, some take a hundred."""

    delays = itertools.cycle((0.1, *[0.003] * 60))

    def answer(self, request: Request) -> Response:
        self.clock.sleep(next(self.delays))
        return super().answer(request)


class OtherMessages(Reference):
    """Messages are in another language."""

    def error_response(self, refusal: Refusal) -> Response:
        return super().error_response(Refusal(refusal.status, refusal.code, "Das geht so nicht, désolé 残念"))


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
