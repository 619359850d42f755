"""The models: what they are compared with is drawn the same everywhere, and they find what they are for."""

import os
import subprocess
import sys

import pytest

from conformance import proof
from conformance.apis.onlyautomator import model as onlyautomator
from conformance.apis.suprsend import model as suprsend
from conformance.generation.operation_sequence import draw_operation_sequence
from conformance.http.race import select_overlapping
from conformance.http.response import Response
from conformance.proof.trial import judge_over_http

STEPS = """
from conformance.apis.onlyautomator import model as onlyautomator
from conformance.apis.suprsend import model as suprsend
print(onlyautomator.draw_sequence(0), suprsend.draw_sequence(0))
"""


class Said(Response):
    """An answer that was never sent: its JSON, and when its request was under way."""

    def __init__(self, body, status=200, sent_at=0.0, received_at=1.0):
        super().__init__(status, {}, sent_at, received_at, None)
        object.__setattr__(self, "body", body)

    @property
    def json(self):
        return self.body


# --- programs --------------------------------------------------------------------------------------------


def test_programs_are_the_same_in_every_process_and_leave_no_trace(tmp_path):
    environment = {**os.environ, "PYTHONHASHSEED": "1" if os.environ.get("PYTHONHASHSEED") == "0" else "0"}
    command = [sys.executable, "-c", STEPS]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    assert done.stdout == f"{onlyautomator.draw_sequence(0)} {suprsend.draw_sequence(0)}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("model", [onlyautomator, suprsend])
def test_another_seed_is_another_program(model):
    assert len({repr(model.draw_sequence(seed)) for seed in range(4)}) > 1


def test_program_is_the_one_worth_most():
    drawn = draw_operation_sequence(range(10), 3, 0, sum)

    assert len(drawn) == 3
    assert sum(drawn) >= 20


@pytest.mark.parametrize("seed", range(4))
def test_records_are_updated_in_turn_and_to_former_values(seed):
    steps = onlyautomator.draw_sequence(seed)
    values = {record: ["first"] for record, _ in steps}
    for record, value in steps:
        values[record].append(value)

    assert len(values) >= 4
    assert any(
        value in before[:-1] and value != before[-1]
        for written in values.values()
        for before, value in ((written[:at], written[at]) for at in range(2, len(written)))
    )


@pytest.mark.parametrize("seed", range(4))
def test_writes_elsewhere_go_to_several_places_and_leave_once(seed):
    first, *later = suprsend.draw_sequence(seed)
    every = [*first, *(one for turn in later for one in turn)]

    assert [len(turn) for turn in (first, *later)] == list(suprsend.TURNS)
    assert len({place for place, _ in first}) >= 2
    assert [move for _, move in every].count("leave") == 1
    assert ("locked", "leave") not in every
    assert "out" in [move for turn in later for _, move in turn]


# --- the model of records --------------------------------------------------------------------------------


def record(id_="1", value="first", created="2030-01-01T00:00:00Z", updated="2030-01-01T00:00:00Z", **more):
    return {"id": id_, "value": value, "createdAt": created, "updatedAt": updated, **more}


def facts(*writes):
    """List the facts that answers contradict; a write is a record, the value sent and the data answered."""
    made = [
        onlyautomator.Write(name, value if isinstance(value, tuple) else (value,), Said({"data": data}))
        for name, value, data in writes
    ]
    return [found.fact for found in onlyautomator.contradictions(made)]


def test_records_as_promised_contradict_nothing():
    assert (
        facts(
            ("a", "first", record()),
            ("b", "first", record("2")),
            ("a", "second", record(value="second", updated="2030-01-01T00:00:03Z")),
            ("b", "first", record("2", updated="2030-01-01T00:00:02Z")),
            ("a", "third", record(value="third", updated="2030-01-01T00:00:02.5Z")),
        )
        == []
    )


@pytest.mark.parametrize(
    ("fact", "change"),
    [
        ("id", {"id_": "3"}),
        ("value", {"value": "second"}),
        ("createdAt", {"created": "2030-01-01T00:00:02Z"}),
        ("updatedAt", {"updated": "2029-12-31T23:59:58Z"}),
        ("userId", {"userId": "ben"}),
        ("fanId", {"fanId": "2"}),
        ("category", {"category": "other"}),
        ("preference", {"preference": "other"}),
    ],
)
def test_change_of_one_fact_is_found_and_no_other(fact, change):
    names = {"userId": "ada", "fanId": "1", "category": "content", "preference": "likes"}

    assert facts(("a", "first", record(**names)), ("a", "first", record(**{**names, **change}))) == [fact]


def test_id_of_another_record_is_found():
    assert facts(("a", "first", record()), ("b", "first", record())) == ["id"]


def test_any_value_of_a_race_may_be_shown_and_no_other():
    assert facts(("a", ("one", "two"), record(value="two"))) == []
    assert facts(("a", ("one", "two"), record(value="first"))) == ["value"]


def test_answers_of_a_race_come_in_no_order():
    late = ("a", ("one", "two"), record(value="one", updated="2030-01-01T00:00:09Z"))
    early = ("a", ("one", "two"), record(value="two", updated="2030-01-01T00:00:01Z"))

    assert facts(("a", "first", record()), late, early) == []


def test_fact_that_one_record_alone_contradicts_is_left_to_others():
    alone = [onlyautomator.Write("a", ["x"], Said({"data": record(value="y")}))]
    writes = [
        onlyautomator.Write("b", ["x"], Said({"data": record(value="y")})),
        onlyautomator.Write("b", ["x"], Said({"data": record("2", value="x")})),
    ]
    found = []

    assert onlyautomator.judge_writes(writes, [alone], found.append) == {"value"}
    assert [one.fact for one in found] == ["id"]


# --- the model of places ---------------------------------------------------------------------------------


def category(preference, *, is_editable=True, **channels):
    listed = [{"channel": name, "preference": word, "is_editable": True} for name, word in channels.items()]
    return {"preference": preference, "is_editable": is_editable, "channels": listed}


@pytest.mark.parametrize(
    ("move", "said", "contradicted"),
    [
        ("out", category("opt_in", email="opt_out", sms="opt_in"), []),
        ("out", category("opt_in", email="opt_in", sms="opt_in"), ["opt_out_channels"]),
        ("out", category("opt_in", sms="opt_in"), []),
        ("out", category("opt_out", email="opt_out"), []),
        ("in", category("opt_in", email="opt_in"), []),
        ("in", category("opt_in", email="opt_out", sms="opt_in"), ["opt_in_channels"]),
        ("in", category("opt_out", email="opt_in"), ["preference"]),
        ("leave", category("opt_out", email="opt_in"), []),
        ("leave", category("opt_in", email="opt_in"), ["preference"]),
        ("leave", category("opt_in", is_editable=False, email="opt_in"), []),
    ],
)
def test_answer_follows_its_request(move, said, contradicted):
    write = suprsend.Write(suprsend.body_of_move(move, ["email"]), Said(said, 202))

    assert [found.fact for found in suprsend.contradictions([write])] == contradicted


def test_refusal_contradicts_nothing():
    write = suprsend.Write(suprsend.body_of_move("leave", []), Said(category("opt_in"), 400))

    assert list(suprsend.contradictions([write])) == []


# --- races -----------------------------------------------------------------------------------------------


def under_way(*spans):
    answers = [Said({}, sent_at=sent, received_at=received) for sent, received in spans]
    return [answers.index(answer) for answer in select_overlapping(answers)]


def test_only_requests_that_overlapped_count():
    assert under_way((0, 2), (1, 3), (4, 5)) == [0, 1]
    assert under_way((0, 9), (1, 2), (3, 4)) == [0, 1, 2]
    assert under_way((0, 1), (2, 5), (3, 4), (6, 7), (6.5, 8)) == [1, 2, 3, 4]


def test_requests_that_only_touch_did_not_overlap():
    assert under_way((0, 1), (1, 2), (2, 3)) == []
    assert under_way((0, 1)) == []


@pytest.mark.parametrize("api", ["onlyautomator", "suprsend"])
def test_race_never_condemns_the_reference(api):
    for _ in range(10):
        verdict = judge_over_http(proof.reference_of(api)(), only=["parallel-*"])

        assert set(verdict.counts) <= {"passed", "inconclusive"}
