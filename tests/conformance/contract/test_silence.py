"""A target that does not answer some requests: the others are judged, the waiting is bounded, and the run says so."""

import json

from conformance.http import connection
from conformance.judge.session import judge_target
from conformance.proof.messages import Response
from conformance.proof.server import serve
from tests.conformance.contract.answering import Answers, documented, judge_by, make_contract

HANGS = Response(0, never_comes=True)
BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}


def post_to(*paths):
    return make_contract(
        {path: {"post": {**documented({"type": "object"}), "requestBody": BODY}} for path in paths}
    )


def parses(request):
    try:
        return isinstance(json.loads(request.body), dict)
    except ValueError:
        return None


def hang_on_bad_json(request):
    found = parses(request)
    return HANGS if found is None else 200 if found else 400


def test_server_that_hangs_on_bad_json_is_judged(tmp_path):
    verdict = judge_by(tmp_path, post_to("/a"), hang_on_bad_json)

    assert (verdict.stopped, verdict.verdict) == (None, "conformant")
    assert verdict.ids("inconclusive") == ["case/post-a-refuses-broken-requests"]
    assert verdict.notes[0].startswith(
        "requests whose body is no JSON got no usable answer in time, once, from post-a"
    )


def test_hanging_of_one_kind_is_not_tried_for_ever(tmp_path):
    paths = [f"/{name}" for name in "abcdef"]
    server = Answers(hang_on_bad_json)

    verdict = judge_by(tmp_path, post_to(*paths), server)
    silent = [one for one in verdict.exchanges if one.status is None]

    assert verdict.verdict == "conformant"
    assert len(silent) <= 6
    assert "more of that kind were not sent" in verdict.notes[0]


def test_operation_that_hangs_leaves_the_others_judged(tmp_path):
    contract = make_contract({"/a": {"get": documented({})}, "/b": {"get": documented({"type": "object"})}})

    verdict = judge_by(tmp_path, contract, lambda request: HANGS if request.path == "/a" else [])

    assert (verdict.stopped, verdict.ids("failed")) == (None, ["case/get-b-schema"])
    assert "case/get-a-no-server-error" in verdict.ids("inconclusive")


def test_run_stops_where_most_operations_hang(tmp_path):
    contract = make_contract({f"/{one}": {"get": documented({})} for one in range(13)})

    verdict = judge_by(tmp_path, contract, lambda request: {} if request.path == "/0" else HANGS)

    assert verdict.ended_by.startswith(
        "12 operations do not answer valid requests in time, so the run stops here"
    )
    assert verdict.exit_status == 3


def test_answers_that_are_too_large_leave_the_others_judged(tmp_path, monkeypatch):
    monkeypatch.setattr(connection, "LARGEST_BODY", 100_000)
    contract = make_contract({path: {"get": documented({"type": "object"})} for path in ("/a", "/b")})
    (tmp_path / "case.json").write_text(json.dumps(contract))

    def answer(request):
        return Response(200, ["x" * 200_000] if request.path == "/a" else [])

    with serve(Answers(answer)) as url:
        verdict = judge_target({"spec": str(tmp_path / "case.json"), "base_url": url})

    assert (verdict.stopped, verdict.ids("failed")) == (None, ["case/get-b-schema"])
    assert "case/get-a-schema" in verdict.ids("inconclusive")
    assert verdict.notes == [
        "requests that follow the contract got no usable answer in time, once, from get-a"
    ]
