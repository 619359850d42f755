"""A client of the judge that talks to a server which answers what it is given."""

from contextlib import contextmanager

from conformance.http.client import Client
from conformance.http.redaction import Redaction
from conformance.proof.server import serve


class Server:
    """Answers in order what it was given, the last one for ever, and keeps the requests."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def answer(self, request):
        self.requests.append(request)
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return given(request) if callable(given) else given


@contextmanager
def talking_to(server, path="", **patience):
    with serve(server) as url:
        client = Client(f"{url}{path}", Redaction(), **{"timeout_s": 2, "retry_s": 1, **patience})
        try:
            yield client
        finally:
            client.close()
