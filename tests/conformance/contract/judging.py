"""The library's contract, judged by its profile; and a server of it that falls over."""

from conformance.judge.session import judge_target
from conformance.proof.messages import Response
from conformance.proof.server import serve
from tests.conformance.contract.library import KEY, Library


def judged(server, spec, **changes):
    with serve(server) as url:
        return judge_target({**profile(spec, url), **changes})


def profile(spec, url):
    return {
        "spec": str(spec),
        "base_url": url,
        "credentials": {"key": KEY},
        "fixtures": {"book_id": "first"},
    }


class Falls(Library):
    """Falls over a poem."""

    breaks = ["createBook-no-server-error"]

    def store(self, book):
        return Response(500) if book["kind"] == "poem" else super().store(book)
