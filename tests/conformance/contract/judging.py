"""The library's contract, judged by its profile; and a server of it that falls over."""

from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process
from tests.conformance.contract.library import KEY, Library


def judged(server, spec, strict=False, **changes):
    return judge_in_process(server, {**profile(spec, IN_PROCESS_URL), **changes}, strict=strict)


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
