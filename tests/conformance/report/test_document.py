"""report.json: by what and in which version a target was judged, and what would let more of it be asked."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from conformance.proof import reference_of
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.trial import judge_in_process
from conformance.report.document import build_document, write_document
from conformance.report.html.page import render_page

NEEDS = {
    "suprsend": {
        "objects-are-apart": ["fixtures.other_object"],
        "object-of-another-type": ["fixtures.other_type_object"],
        "tenant": ["fixtures.tenant_id"],
        "read-answers-200": ["capabilities"],
        "wrong-key": [],
    },
    "onlyautomator": {
        "fan-id-tells-fans-apart": ["fixtures.other_fan_id"],
        "user-follows-token": ["credentials.other_user"],
        "expired-token": ["credentials.expired"],
        "insufficient-permission": ["credentials.forbidden"],
        "service-unavailable": ["triggers.service_unavailable"],
        "written-is-listed": ["capabilities"],
        "value-true": [],
    },
}
DOCUMENTS = {
    "suprsend": "https://docs.suprsend.com/reference/object-preference-category",
    "onlyautomator": "https://docs.onlyautomator.com/",
}


@pytest.mark.parametrize("api", NEEDS)
def test_report_names_what_the_profile_lacks_and_what_was_judged_by_what(api):
    server = reference_of(api)()
    whole = server.profile(IN_PROCESS_URL)
    main = next(iter(whole["credentials"]))
    profile = {
        "api": api,
        "base_url": IN_PROCESS_URL,
        "version": "1.10",
        "credentials": {main: whole["credentials"][main]},
        "fixtures": {
            name: value
            for name, value in whole["fixtures"].items()
            if name in ("object", "category", "fan_id")
        },
    }
    document = build_document(judge_in_process(server, profile, only=list(NEEDS[api])))

    assert {one["id"].partition("/")[2]: one["needs"] for one in document["requirements"]} == NEEDS[api]
    assert document["target"]["version"] == "1.10"
    assert document["documents"][0]["url"].startswith(DOCUMENTS[api])
    page = render_page(document).decode()
    for key in {key for needs in NEEDS[api].values() for key in needs}:
        part, _, name = key.rpartition(".")
        lines = f"{part}:\n  {name}: " if part else f"{name}: "
        assert f'<pre data-copy="lines">{lines}' in page


def test_page_on_a_contract_names_lines_that_no_template_has():
    document = build_document(judge_in_process(reference_of("suprsend")(), only=["name"]))
    (asked,) = document["requirements"]
    for number, key in enumerate(("deletes", "credentials.api-key")):
        gap = {"id": f"a-library/{number}", "status": "not_tested", "reason": key, "needs": [key]}
        document["requirements"].append({**asked, **gap})
    document["api"] = "a-library"
    page = render_page(document).decode()

    assert '<pre data-copy="lines">deletes: true</pre>' in page
    assert '<pre data-copy="lines">credentials:\n  api-key: ${A_LIBRARY_API_KEY}</pre>' in page


def test_exchange_is_rendered_once_for_all_that_rest_on_it():
    """Of a contract of a thousand operations each stands in the evidence of five requirements."""
    document = build_document(judge_in_process(reference_of("suprsend")()))
    shown = [one for requirement in document["requirements"] for one in requirement["evidence"]]

    assert len({id(one) for one in shown}) == len({one["number"] for one in shown}) < len(shown)


def test_document_is_never_in_memory_as_a_whole_text():
    document = {"requirements": [{"evidence": ["x" * 10_000] * 10} for _ in range(100)]}
    tracemalloc.start()
    try:
        write_document(document, io.BufferedWriter(_Discarded()))
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most_bytes < 1_000_000  # of ten


class _Discarded(io.RawIOBase):
    """Where what is written goes nowhere."""

    def writable(self):
        return True

    def write(self, content):
        return len(content)
