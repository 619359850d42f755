"""Reports side by side in a real browser: what is looked for is found, and nothing hostile gets out of its place."""

from __future__ import annotations

import pytest

from tests.browser.axe import find_violations
from tests.conformance.command.commands import conformance
from tests.conformance.report.matrix.reports import write_by_hand, write_versions

HOSTILE = "</td></table><script>document.title = 'broken out'</script>{{ 7 * 7 }}" + "x" * 300
MANY = 8  # more columns than fit


@pytest.fixture(scope="module")
def page_url(tmp_path_factory):
    """Three versions of a server, and of another API eight reports in which everything is hostile."""
    folder = tmp_path_factory.mktemp("matrix")
    write_versions(folder)
    for number in range(MANY):
        seen = {"choice": HOSTILE, "alternative": HOSTILE, "detail": HOSTILE}
        results = {"id": HOSTILE, "text": HOSTILE, "source": HOSTILE, "reason": HOSTILE, "status": "failed"}
        said = {"api": "own", "reason": HOSTILE, "started": HOSTILE, "suite": {"version": HOSTILE}}
        target = {"name": f"{number}{HOSTILE}"}
        write_by_hand(folder / f"{number}</script>", {**results, "observed": seen}, target=target, **said)
    assert conformance("matrix", folder, "--out", folder / "matrix.html").exit_code == 0
    return (folder / "matrix.html").as_uri()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_page_fits_runs_nothing_hostile_and_can_be_used_by_all(tab, page_url, node_modules, width, scheme):
    wrong: list[str] = []
    tab.on("console", lambda message: wrong.append(message.text))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.set_viewport_size({"width": width, "height": 800})
    tab.emulate_media(color_scheme=scheme)
    tab.goto(page_url)

    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert (tab.title(), tab.locator("script").count(), wrong) == ("Conformance, side by side", 1, [])
    assert find_violations(tab, node_modules) == []


def test_page_is_narrowed_read_far_down_and_left_for_a_report(tab, page_url):
    tab.set_viewport_size({"width": 1440, "height": 400})
    tab.goto(f"{page_url}#suprsend/unknown-channel")
    section = tab.locator(".api").first
    rows = section.locator("tr[id]:visible")
    head, row = section.locator("thead").first.locator("th").last, tab.locator(":target")
    assert head.bounding_box()["y"] + head.bounding_box()["height"] <= row.bounding_box()["y"] < 400

    section.get_by_role("button", name="Different").click()
    assert rows.count() == 2
    assert section.get_by_role("heading", name="How each chose").is_visible()
    section.get_by_role("button", name="MUST and SHOULD").click()
    section.get_by_role("searchbox").fill("api KEY")
    assert rows.get_attribute("id") == "suprsend/missing-key"
    assert section.locator("output").inner_text() == "1 shown"
    assert not section.get_by_role("heading", name="How each chose").is_visible()  # nothing is left of it
    rows.get_by_role("link", name="failed, was passed").click()
    tab.wait_for_url("**/b/report.html#suprsend/missing-key")

    tab.locator(":target").wait_for()


def test_small_screen_has_a_card_for_each_requirement(tab, page_url):
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto(page_url)
    same, different = (
        tab.locator(f'[id="suprsend/{name}"] td:visible') for name in ("empty-key", "missing-key")
    )

    assert (same.count(), different.count()) == (1, 3)
    assert "each of them" in same.evaluate("it => getComputedStyle(it, '::before').content")
