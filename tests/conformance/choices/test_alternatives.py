"""The stub takes any alternatives and conforms, and the judge sees the very ones that it takes."""

from __future__ import annotations

import pytest

from conformance.command.choices import render_choices_file
from conformance.http.clock import SkippingClock
from conformance.http.connection import HttpConnection
from conformance.judge.choices import list_taken
from conformance.judge.session import judge_target
from conformance.report.document import build_document, render_document
from conformance.suite.choice import load_choices, merge_observed
from mockserver.services.chosen import read_chosen
from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.conformance.choices.profiles import PROFILES
from tests.conformance.choices.tables import APIS, read_table
from tests.testbed.stubs import serve_stub

MOST_ALTERNATIVES = {
    api: max(len(choice.alternatives) for choice in load_choices(api).values()) for api in APIS
}


def choose_at(api, number):
    """Choose the alternative of that number of every choice, from the beginning again where there are fewer."""
    names = {id_: [*choice.alternatives] for id_, choice in load_choices(api).items()}
    return {id_: known[number % len(known)] for id_, known in names.items()}


def judge_stub(api, chosen):
    """Judge over HTTP, on a clock that both share and that skips every wait."""
    clock = SkippingClock()

    class Connection(HttpConnection):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.clock = clock

    (service,) = load_services([api])
    options = Options(seconds=lambda: clock.now().timestamp())
    with serve_stub(Stub([service.choose(chosen)], options=options)) as url:
        return judge_target(PROFILES[api](url, chosen), make_connection=Connection)


def is_hidden(one, chosen):
    return all(chosen[id_] in alternatives for id_, alternatives in one["by"].items())


@pytest.mark.parametrize(
    ("api", "number"), [(api, number) for api in APIS for number in range(MOST_ALTERNATIVES[api])]
)
def test_judge_sees_the_alternatives_that_the_stub_takes(tmp_path, api, number):
    """A stub that is started like the report, or with the file made of it, takes those that were seen."""
    chosen = choose_at(api, number)
    hidden = {one["choice"] for one in read_table(api)["hidden"] if is_hidden(one, chosen)}

    verdict = judge_stub(api, chosen)

    assert verdict.exit_status == 0, verdict.reason
    taken = list_taken(api, merge_observed(result.observed for result in verdict.results))
    seen = [one for one in taken if one.choice.observed_by]
    others = {one.choice.id: one for one in seen if one.alternative != chosen[one.choice.id]}
    assert others.keys() <= hidden, [one for id_, one in others.items() if id_ not in hidden]

    named = {one.choice.id: one.alternative for one in taken if one.is_named}
    (tmp_path / "report.json").write_text(render_document(build_document(verdict)))
    (tmp_path / "choices.yaml").write_text(render_choices_file(api, taken, "Chosen"))
    sources = read_chosen([tmp_path / "choices.yaml"], [], [tmp_path / "report.json"])
    assert [one.chosen for one in sources] == [{api: named}] * 2
