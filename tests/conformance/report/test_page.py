"""report.html: what it shows first, and that nothing a target says gets out of its place."""

import base64
import hashlib
import json
import re
import tracemalloc
from html.parser import HTMLParser

import pytest
from markupsafe import escape

from conformance import proof
from conformance.judge.session import judge_target
from conformance.proof.messages import Response
from conformance.proof.mutants.suprsend.authorizations import AcceptsNoKey
from conformance.proof.server import serve
from conformance.proof.trial import judge_in_process
from conformance.report.document import build_document
from conformance.report.folder import write_reports
from conformance.report.html.page import mark_member, render_page
from conformance.suite.sentences import load_sentences

HOSTILE = (
    "</pre></details></html><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}\x00\x1b[31m"
)


class Hostile:
    """Answers markup everywhere."""

    def answer(self, _request):
        return Response(200, {"status": HOSTILE}, {"x-said": HOSTILE.replace("\x00", ""), "etag": "<b>"})


class Page(HTMLParser):
    """Collects a page's tags, its text, and whether every tag that was opened is closed in order."""

    VOID = {"meta", "link", "br", "img", "wbr", "input"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.is_nested = [], "", True
        self._open = []
        self.feed(text)

    def handle_starttag(self, tag, _attributes):
        self.tags.append(tag)
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        self.is_nested &= bool(self._open) and self._open.pop() == tag

    def handle_data(self, data):
        self.text += data


def written(folder, server, profile, **options):
    with serve(server) as url:
        write_reports(judge_target({**profile, "base_url": url}, **options), folder)
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def reference():
    return proof.reference_of("onlyautomator")()


def test_head_counts_by_level_and_says_nothing_twice(reference, tmp_path):
    profile = reference.profile("http://h")
    del profile["credentials"]["expired"]
    only = ["expired-token", "missing-token", "value-true", "trailing-slash"]
    page = written(tmp_path, reference, profile, only=only)
    head = Page(page).text.partition("Judged by")[0]

    assert head.count(" were tested, and none failed") == head.count("tested, and") == 1
    assert re.findall("<dt>([A-Z]+)</dt><dd>(.*)</dd>", re.sub("</?(b|span)[^>]*>", "", page)) == [
        ("MUST", "3: 1 not tested, 2 passed"),
        ("OBSERVED", "1 observed"),
    ]
    assert " MUSTs tested" not in head


def test_credential_that_was_made_up_is_explained(tmp_path):
    class TakesAnyKey(proof.reference_of("suprsend")):
        def answer(self, request):
            request.headers["authorization"] = f"Bearer {self.profile('')['credentials']['api_key']}"
            return super().answer(request)

    server = TakesAnyKey()
    page = Page(written(tmp_path, server, server.profile("http://h"), only=["wrong-key", "cut-key"]))

    assert "${SUPRSEND_API_KEY_WRONG}" in page.text
    hint = "SUPRSEND_API_KEY_WRONG in the environment: SUPRSEND_API_KEY with the next for each"
    assert page.text.count(hint) == page.text.count("Repeat it, with SUPRSEND_API_KEY_WRONG")
    assert hint not in page.text.partition("Judged by")[0]


def test_credential_that_no_curl_line_shows_is_not_explained(reference, tmp_path):
    class OpensLists(type(reference)):
        def answer(self, request):
            is_open = request.method == "GET" and not request.headers.get("authorization")
            return Response(200, {"status": "success", "data": []}) if is_open else super().answer(request)

    server = OpensLists()
    text = Page(written(tmp_path, server, server.profile("http://h"), only=["list-bad-token"])).text
    notes = "\n".join(json.loads((tmp_path / "report.json").read_text())["notes"])
    explained = re.findall(r"^(\w+) of a curl line is", notes, re.MULTILINE)

    assert explained
    assert [name for name in explained if f"${{{name}}}" not in text] == []


def test_hostile_answers_stay_text(reference, tmp_path):
    text = written(tmp_path, Hostile(), reference.profile("http://h"), only=["success-*", "data-*"])
    page = Page(text)

    assert page.is_nested
    assert (page.tags.count("script"), page.tags.count("img")) == (1, 0)
    assert "<script>alert(1)</script>" in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert not [character for character in text if ord(character) < 32 and character != "\n"]


def test_page_needs_nothing_besides_itself(reference, tmp_path):
    text = written(tmp_path, reference, reference.profile("http://h"), only=["missing-token"])

    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in text
    assert "src=" not in text
    assert "url(" not in text


def test_what_failed_comes_first_with_its_evidence(reference, tmp_path):
    class Lies(type(reference)):
        def answer(self, request):
            return Response(200, {}) if not request.headers.get("authorization") else super().answer(request)

    server = Lies()
    only = ["missing-token*", "value-true", "cookie-token"]
    text = Page(written(tmp_path, server, server.profile("http://h"), only=only)).text
    order = [
        "Not conformant",
        "Partial.",
        "What failed 1",  # the heading; a link to it comes before
        "Expected",
        "Got",
        "curl -sS",
        f"All requirements {len(only)}",
    ]

    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    assert text.index("onlyautomator/missing-token") < text.index("onlyautomator/value-true")
    assert "-H 'content-type: application/json'" in text


def test_failure_quotes_the_document_and_links_to_it(tmp_path):
    server = AcceptsNoKey()
    text = written(tmp_path, server, server.profile("http://h"), only=["missing-key"])
    (quoted, *_) = (one for one in load_sentences("suprsend") if "missing-key" in one.requirements)

    assert f'<q>{quoted.text}</q> <a href="{quoted.url}">the document</a>' in text


@pytest.mark.parametrize(
    ("api", "mutant", "subject", "marked"),
    [
        (
            "suprsend",
            "OneSetForAllObjects",
            "object departments/engineering, category status-update-alert",
            '"preference": "opt_out",',
        ),
        (
            "onlyautomator",
            "NumbersInObjectsAreText",
            'fanId "fan-1001", category "conformance_',
            '"hours": "[0-9]+",',
        ),
    ],
)
def test_failure_names_its_subject_and_marks_what_differs(tmp_path, api, mutant, subject, marked):
    server = next(one for one in proof.mutants_of(api) if one.__name__ == mutant)()
    text = written(tmp_path, server, server.profile("http://h"), only=sorted(server.breaks))
    page = Page(text)

    assert f"About{subject}" in page.text
    assert re.search(r"P(ATCH|OST) .* → 20\d at fault request \d+ of \d+", page.text)
    (line,) = re.findall("<mark>(.*)</mark>", text)
    assert re.fullmatch(str(escape(f"      {marked}")), line)


def test_failure_of_a_list_names_the_record_that_it_lacks(reference, tmp_path):
    class ListsNothing(type(reference)):
        def answer(self, request):
            answer = super().answer(request)
            return Response(200, {**answer.body, "data": []}) if request.method == "GET" else answer

    server = ListsNothing()
    text = Page(written(tmp_path, server, server.profile("http://h"), only=["written-is-listed"])).text

    assert re.search(r'AboutfanId "fan-1001", category "\w+", preference "\w+"\n?MemberdataExpectedthe', text)


@pytest.mark.parametrize(
    ("body", "pointer", "marked"),
    [
        ('{"a": {"b": [1, {}]}}', "/a/b/0", ["      1,"]),
        ('{"a": {"b": 1}}', "/a/c", ['  "a": {', '    "b": 1', "  }"]),
        ('{"a": "<b>\\u0007"}', "/a", ['  "a": "&lt;b&gt;\\u0007"']),
        ('{"a": … (9 bytes more)', "/a", []),
        ('{"a": 1}', None, []),
    ],
)
def test_member_is_marked_in_a_body_that_can_be_read(body, pointer, marked):
    assert re.findall("<mark>(.*)</mark>", mark_member(body, pointer)) == [
        one.replace('"', "&#34;") for one in marked
    ]


def test_body_that_is_too_deep_is_written_as_it_is(monkeypatch):
    """How deep the parser goes is up to the interpreter; some go deeper than we do."""
    deep = []
    for _ in range(5000):
        deep = [deep]
    monkeypatch.setattr("json.loads", lambda _: deep)

    assert mark_member("[<b>]", "/0") == escape("[<b>]")


def test_conformant_page_has_no_empty_chapters(reference, tmp_path):
    text = Page(written(tmp_path, reference, reference.profile("http://h"), only=["value-*"])).text

    assert "Conformant" in text
    assert not [title for title in ("What failed", "Inconclusive", "Waived", "Not tested") if title in text]


def test_bar_shows_what_is_judged_and_each_status_has_a_column(reference, tmp_path):
    """A part for what is observed would look like something that is missing."""
    page = written(tmp_path, reference, reference.profile("http://h"), only=["value-*", "*trailing-slash"])
    columns = re.findall(r'<th class="number">([a-z ]+)</th>', page)

    assert set(re.findall(r'<span class="(\w+)" style="flex', page)) == {"passed"}
    assert columns == ["passed", "failed", "not tested", "observed"]


def test_large_page_takes_little_more_memory_than_its_bytes(reference):
    """Text would take eight times as many: four for each character, in its pieces and as a whole."""
    document = build_document(judge_in_process(reference, only=["value-*"]))
    render_page(document)  # with the template kept
    asked = document["requirements"]
    document["requirements"] = [
        {**one, "id": f"{one['id']}-{number}"} for number in range(6) for one in asked
    ]
    document["target"]["name"] = "\N{DOG FACE}"

    tracemalloc.start()
    try:
        page = render_page(document)
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most_bytes < 3 * len(page)
