"""The judge's page in a real browser: it fits, runs nothing, and prints its evidence."""

from __future__ import annotations

import pytest

from conformance import proof
from conformance.judge.session import judge_target
from conformance.proof.messages import Response
from conformance.proof.server import serve
from conformance.report.folder import write_reports

HOSTILE = "</pre></details><script>document.title = 'broken out'</script>" + "x" * 300


class Hostile:
    def answer(self, _request: object) -> Response:
        return Response(200, {"status": HOSTILE}, {"x-said": HOSTILE})


@pytest.fixture(scope="module")
def page_url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    profile = proof.reference_of("suprsend")().profile("http://h")
    with serve(Hostile()) as url:
        write_reports(judge_target({**profile, "base_url": url}, only=["category-*", "missing-key"]), folder)
    return (folder / "report.html").as_uri()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_page_fits_and_runs_nothing(tab, page_url, width, scheme):
    wrong: list[str] = []
    tab.on("console", lambda message: wrong.append(message.text))
    tab.set_viewport_size({"width": width, "height": 800})
    tab.emulate_media(color_scheme=scheme)
    tab.goto(page_url)
    for summary in tab.locator("summary").all():
        summary.click()

    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert tab.title() == "suprsend: Not conformant"
    assert tab.locator("script").count() == 0
    assert wrong == []


def test_path_begins_beside_the_fold_on_a_small_screen(tab, page_url):
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto(page_url)
    summary = tab.locator("summary:has(code)").first
    lines = summary.evaluate(
        "it => [it, ...it.querySelectorAll('code')].map(one => one.getClientRects()[0].top)"
    )

    assert lines[1] - lines[0] < 10


def test_evidence_unfolds_on_paper(tab, page_url):
    tab.goto(page_url)
    evidence = tab.locator("details.printed pre").first
    assert not evidence.is_visible()
    tab.emulate_media(media="print")

    assert evidence.is_visible()
