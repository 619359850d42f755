"""The file of waivers after a run: what is added, renewed and removed, and what stays as it was written."""

import json

import pytest
import yaml

from conformance import proof
from conformance.proof.messages import Response
from tests.conformance.judge.waiving import API, LIVE, NEW, Open, run_and_write

MARKED = f"""# ours
- id: {API}/value-true
  reason: known
  owner: ada
  expires: &day 2126-01-01
- {{id: {API}/value-false, reason: known, owner: ada, expires: *day}}
"""


def test_days_are_written_in_each_waiver(tmp_path):
    class WorseStill(Open):
        def answer(self, request):
            return Response(400, {}) if b": true" in request.body else super().answer(request)

    file = tmp_path / "known.yaml"
    _, text = run_and_write(tmp_path, WorseStill(), "--write-waivers", file, *NEW)
    file.write_text(MARKED)
    done, changed = run_and_write(tmp_path, Open(), "--waivers", file, "--prune-waivers")

    assert text.count(f"expires: {NEW[-1]}\n") == 2
    assert [one["id"] for one in yaml.safe_load(changed)] == [f"{API}/value-false"]
    assert "written anew" in done.stdout


COMMENTED = f"""# Agreed on with the vendor.
- id: suprsend/missing-key    # of another API
  reason: known
  owner: bob
  expires: 2126-01-01

# until the gateway is replaced
- id: {API}/missing-token
  reason: the gateway lets everybody in
  owner: bob             # of the gateway
  expires: 2020-01-01    # the end of the contract
# the last one
-
  id: {API}/value-true
  reason: once
  owner: bob
  expires: "2126-01-01"
"""


def test_file_is_changed_and_not_written_anew(tmp_path):
    """An expired waiver is renewed where it stands, one that excuses nothing is removed, comments stay."""
    file = tmp_path / "known.yaml"
    file.write_text(COMMENTED)
    done, text = run_and_write(tmp_path, Open(), "--write-waivers", file, "--prune-waivers", *NEW)
    renewed = COMMENTED.replace("owner: bob             #", "owner: ada             #").replace(
        "2020-01-01", NEW[-1]
    )
    left, last, _ = renewed.partition("# the last one\n")

    assert f"{file}: removed {API}/value-true" in done.stdout
    assert "written anew" not in done.stdout
    assert text == left + last


def test_line_ends_of_windows_stay(tmp_path):
    file = tmp_path / "known.yaml"
    file.write_bytes(COMMENTED.replace("\n", "\r\n").encode())
    run_and_write(tmp_path, Open(), "--write-waivers", file, "--prune-waivers", *NEW)
    content = file.read_bytes()

    assert content.count(b"\r\n") == content.count(b"\n") > 10
    assert b"# of the gateway\r\n" in content


def test_words_that_older_yaml_reads_otherwise_stay(tmp_path):
    """Here the list is written anew, and NO is somebody's name."""
    file = tmp_path / "known.yaml"
    words = "reason: 10:30, owner: NO, expires: 2126-01-01"
    file.write_text(f"[{{id: suprsend/missing-key, {words}}}, {{id: {API}/value-true, {words}}}]")
    _, text = run_and_write(tmp_path, Open(), "--waivers", file, "--prune-waivers")

    assert "reason: '10:30'" in text
    assert "owner: 'NO'" in text
    assert "expires: 2126-01-01" in text


def test_file_of_nothing_keeps_its_comments(tmp_path):
    file = tmp_path / "known.yaml"
    file.write_text("# Agreed on with the vendor.\n[]\n# The end.\n")
    done, text = run_and_write(tmp_path, Open(), "--write-waivers", file, *NEW)

    assert "written anew" not in done.stdout
    assert text.startswith(f"# Agreed on with the vendor.\n# The end.\n- id: {API}/missing-token\n")


def test_comments_that_cannot_be_kept_are_told(tmp_path):
    file = tmp_path / "known.yaml"
    stale = {**LIVE, "id": f"{API}/value-true"}
    file.write_text(f"# ours\n{json.dumps([stale, {**LIVE, 'id': 'suprsend/missing-key'}])}\n")
    done, text = run_and_write(tmp_path, Open(), "--waivers", file, "--prune-waivers")

    assert [one["id"] for one in yaml.safe_load(text)] == ["suprsend/missing-key"]
    assert (
        f"{file}: written anew, for it was not a list with lines for each waiver; comments are lost"
        in done.stdout
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (json.dumps([LIVE]), "[]\n"),
        (f"- {json.dumps(LIVE)}\n", "[]\n"),
        (f"# ours\n- {json.dumps(LIVE)}", "# ours\n"),
        (json.dumps([LIVE, {**LIVE, "id": "suprsend/missing-key"}], indent=1), None),
        (json.dumps([{**LIVE, "id": f"{API}/mising-token"}]), "[]\n"),
    ],
)
def test_needless_waivers_are_pruned_however_they_are_written(text, left, tmp_path):
    file = tmp_path / "known.yaml"
    file.write_text(text)
    done, changed = run_and_write(tmp_path, proof.reference_of(API)(), "--waivers", file, "--prune-waivers")

    assert done.exit_code == 1
    assert changed == left or [one["id"] for one in yaml.safe_load(changed)] == ["suprsend/missing-key"]
    assert run_and_write(tmp_path, proof.reference_of(API)(), "--waivers", file)[0].exit_code == 0
