"""The judge's page in a real browser: it fits, runs nothing but its own script, and answers who looks for something."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from conformance import proof
from conformance.judge.session import judge_target
from conformance.proof.messages import Response
from conformance.proof.server import serve
from conformance.report.changes import Comparison, Report, compare_reports
from conformance.report.document import build_document
from conformance.report.folder import write_reports
from tests.browser.axe import find_violations

HOSTILE = "</pre></details><script>document.title = 'broken out'</script>" + "x" * 300


class Hostile(proof.reference_of("suprsend")):
    """Answers markup to whoever writes without a key, and what is right to others."""

    def answer(self, request):
        if request.headers.get("authorization"):
            return super().answer(request)
        return Response(200, {"status": HOSTILE}, {"x-said": HOSTILE})


@pytest.fixture(scope="module")
def page_url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    profile = Hostile().profile("http://h")
    del profile["fixtures"]["other_object"]
    with serve(Hostile()) as url:
        only = ["category-*", "missing-key", "empty-key", "wrong-key", "*-apart"]
        verdict = judge_target({**profile, "base_url": url}, only=only)
    document = build_document(verdict)
    # Each status has a column, and together they are wider than a phone.
    passed = [
        one for one in document["requirements"] if one["status"] == "passed" and "wrong" not in one["id"]
    ]
    passed[0]["status"], passed[1]["status"] = "inconclusive", "waived"
    old = Report.model_validate(document)
    for one in old.requirements:
        one.status = "passed"
    comparison = Comparison(old, compare_reports(old, Report.model_validate(document)))
    write_reports(verdict, folder, document=document, comparison=comparison)
    return (folder / "report.html").as_uri()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_page_fits_and_runs_nothing_but_its_own(tab, page_url, node_modules, width, scheme):
    wrong: list[str] = []
    tab.on("console", lambda message: wrong.append(message.text))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.set_viewport_size({"width": width, "height": 800})
    tab.emulate_media(color_scheme=scheme)
    tab.goto(page_url)
    tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")

    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert tab.title() == "suprsend: Not conformant"
    assert tab.locator("script").count() == 1
    assert wrong == []
    # A few are as good as all of them, and take half the time.
    alike = "tr:nth-child(n+4), .exchange:nth-of-type(n+4), .row:nth-child(n+4)"
    tab.evaluate("(alike) => { for (const one of document.querySelectorAll(alike)) one.remove() }", alike)
    assert find_violations(tab, node_modules) == []


def test_page_is_searched_linked_and_copied_from(tab, page_url):
    tab.goto(f"{page_url}#suprsend/wrong-key")
    passed = tab.locator('[id="suprsend/wrong-key"]')
    assert passed.locator("a[href^='#request-']").first.is_visible()  # unfolded, since the link leads there
    passed.locator("a[href^='#request-']").first.click()
    exchange = tab.locator(":target")
    exchange.get_by_role("button", name="copy curl").wait_for()  # what has an event of its own takes a moment
    exchange.get_by_role("button", name="copy body").first.click()
    exchange.get_by_role("button", name=re.compile("copied|selected")).wait_for()

    tab.get_by_role("button", name="not tested").click()
    assert not tab.get_by_role("heading", name="What failed").is_visible()
    assert tab.get_by_role("heading", name="fixtures.other_object is not in the profile").is_visible()
    assert "other_object: {type: departments, id: sales}" in tab.locator("pre:visible").first.inner_text()
    tab.get_by_role("button", name="not tested").click()
    tab.get_by_role("searchbox").fill("missing-key broken out")
    assert tab.locator("output").inner_text() == "1 shown"
    assert tab.locator("article:visible").count() == 1
    tab.get_by_role("searchbox").fill("wrong-key")
    assert tab.locator("article:visible").count() == 0
    tab.get_by_role("navigation").get_by_role("link", name="Not tested").click()
    tab.locator("#gaps:target h2").wait_for()  # what hid it is taken away
    tab.get_by_role("searchbox").fill("wrong-key")
    tab.locator(".changes").get_by_role("link", name="suprsend/missing-key").click()
    tab.locator(":target").wait_for()  # what hid it is taken away
    assert tab.get_by_role("searchbox").input_value() == ""


def test_page_is_whole_without_its_script_and_on_paper(tab, page_url, tmp_path):
    text = Path(url2pathname(urlsplit(page_url).path)).read_text(encoding="utf-8")
    bare = tmp_path / "bare.html"
    bare.write_text(re.sub("<script>.*</script>", "", text, flags=re.DOTALL), encoding="utf-8")
    tab.goto(bare.as_uri())
    evidence = tab.locator("details.printed:has(.tag) pre").first
    tab.locator("details:has(> summary .failed)").first.evaluate("it => { it.open = false }")
    assert not tab.locator(".filter").is_visible()
    assert tab.locator("button:visible").count() == 0
    assert not evidence.is_visible()
    tab.emulate_media(media="print")

    assert evidence.is_visible()
    assert not tab.get_by_role("heading", name="Requests").is_visible()
