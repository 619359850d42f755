"""`conformance drift`: two servers get the same requests; the exit status says whether a promise differs."""

import json

import pytest

from conformance import proof
from conformance.proof.messages import Response
from conformance.proof.server import serve
from tests.conformance.command.commands import conformance, served, written

API = "suprsend"
REFERENCE = proof.reference_of(API)
NOBODY = "http://127.0.0.1:9"
READ_ONLY = ("--mode", "read-only")


class Multiple(REFERENCE):
    """Answers a list of categories with a status that no document has."""

    def answer(self, request):
        answer = super().answer(request)
        is_list = request.segments[-1] == "category" and answer.status == 200
        return Response(207, answer.body) if is_list else answer


class Leaving(REFERENCE):
    """Answers no more after some requests."""

    asked = 0

    def answer(self, request):
        self.asked += 1
        return Response(0, is_silent=True) if self.asked > 55 else super().answer(request)


@pytest.fixture
def target(tmp_path):
    with served(tmp_path, REFERENCE()) as profile:
        yield profile


def drift(target, server, *options):
    with serve(server) as url:
        return conformance("drift", target, "--stub", url, *READ_ONLY, *options)


def test_difference_in_a_promise_is_status_1(target):
    done = drift(target, Multiple(), "--json")
    document = json.loads(done.stdout)

    assert done.exit_code == 1
    assert {(one["target"], one["stub"], one["promise"]) for one in document["differences"]} == {
        ("200", "207", "the stub: status 207 is not documented")
    }
    assert document["requests"]["equal"] < document["requests"]["compared"]
    assert document["mode"] == "read-only"
    assert REFERENCE().key not in done.stdout


@pytest.mark.parametrize(("server", "status"), [(REFERENCE, 3), (Multiple, 1)])
def test_target_that_is_gone_in_the_middle_is_no_comparison(tmp_path, server, status):
    """What is left of it is shown; a promise that is broken in that part is broken."""
    with served(tmp_path, Leaving(), patience={"retry_s": 0.1}) as profile:  # so that nobody looks after it
        done = drift(profile, server(), "--json")
    document = json.loads(done.stdout)

    assert done.exit_code == status
    assert document["stopped"]
    assert document["requests"]["compared"] > 0
    expected = f"conformance: no comparison: the run of the target has ended early: {document['stopped']}\n"
    assert done.stderr.endswith(expected) == (status == 3)


def test_stub_may_have_a_profile_of_its_own(target, tmp_path):
    class Other(REFERENCE):
        def __init__(self):
            super().__init__()
            self.key = "SS.of-the-stub-alone"

    stub = Other()
    with serve(stub) as url:
        refused = conformance("drift", target, "--stub", url, *READ_ONLY)
        (tmp_path / "own").mkdir()
        done = conformance(
            "drift", target, "--stub", written(tmp_path / "own", stub.profile(url)), *READ_ONLY
        )

    assert (done.exit_code, done.stderr) == (0, "")
    assert "requests are answered alike (100 %), by status and by the shape of the body" in done.stdout
    assert refused.exit_code == 3
    assert refused.stderr.startswith("conformance: the stub: the API key is refused with 401;")


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (["--stub", NOBODY], 3, f"the stub: cannot connect to {NOBODY}"),
        (
            ["--stub", "127.0.0.1:4010"],
            2,
            "--stub 127.0.0.1:4010: is neither an address like http://127.0.0.1:4010 nor",
        ),
        (["--stub", "ftp://stub"], 2, "--stub ftp://stub: not an http or https URL; write one like"),
        (
            ["--stub", NOBODY, "--mode", "fast"],
            2,
            "--mode fast: is not a mode; there are full, safe, read-only",
        ),
        (["--stub", NOBODY, "--budget", "0s"], 2, "--budget 0s: has to be more than zero"),
    ],
)
def test_what_cannot_be_compared_is_one_clear_line(target, options, status, says):
    done = conformance("drift", target, *options)

    assert (done.exit_code, done.stderr.count("\n")) == (status, 1)
    assert done.stderr.startswith(f"conformance: {says}")
    assert "base_url" not in done.stderr


def test_stub_of_another_api_is_one_clear_line(target, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    done = conformance(
        "drift", target, "--stub", written(other, proof.reference_of("onlyautomator")().profile(NOBODY))
    )

    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.endswith("is a profile of onlyautomator, not of suprsend\n")


def test_target_that_is_not_there_is_one_clear_line(tmp_path):
    target = written(tmp_path, REFERENCE().profile(NOBODY))
    done = drift(target, REFERENCE())

    assert (done.exit_code, done.stderr.count("\n")) == (3, 1)
    assert done.stderr.startswith(f"conformance: the target: cannot connect to {NOBODY}")
