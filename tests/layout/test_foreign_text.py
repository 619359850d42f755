"""What a target, a command or a library says is cut in one place, after the credentials in it are replaced.

Half a credential is not recognized, so whoever cuts first may show the other half.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.layout.tree import ROOT, modules

# These replace, make visible and cut, in this order.
ONE_PLACE = {"conformance/http/redaction.py", "conformance/http/foreign_text.py"}
# What holds words of others, whoever has given it that name.
FOREIGN_ATTRIBUTES = {
    "body",
    "content",
    "curl",
    "expected",
    "got",
    "message",
    "reason",
    "response_body",
    "stderr",
    "stdout",
    "strerror",
    "text",
}
MAKES_TEXT = {"ascii", "decode", "dumps", "escape_controls", "join", "repr", "str", "strip"}
CUTS = {"shorten_line", "shorten_text", "textwrap.shorten", "to_one_line"}
LONGER_THAN_A_LIST = 20

# Cut here is what has no credential any more, or what was never a text of others.
ALLOWED = {
    # The forms of a credential, to look for.
    "conformance/http/credentials/disclosure.py: value[:_LONGEST]",
    "conformance/http/credentials/traces.py: encode(bytes(ahead) + value).decode()[shared:end]",
    # Of a contract, which is read before any credential is sent, and of what is made up here.
    "conformance/apis/onlyautomator/test_request_body_values.py: _LONG_TEXT[:1000]",
    "conformance/contract/cases.py: value[:_LONGEST_SHOWN]",
    "conformance/contract/cases.py: first[:_LONGEST_REASON]",
    "conformance/contract/answers/misfit.py: ' '.join(text.split())[:_LONGEST_COMPLAINT]",
    # Of results, exchanges and requirements, which have no credential.
    "conformance/command/choices.py: to_one_line('; '.join(shortfalls))",
    "conformance/command/mcp/reports.py: shorten_text(value, _LONGEST_TEXT)",
    "conformance/command/choices.py: to_one_line(found.api)",
    "conformance/command/choices.py: to_one_line(line)",
    "conformance/command/matrix.py: to_one_line(table.api)",
    "conformance/judge/choices.py: to_one_line(self.detail, _LONGEST_DETAIL)",
    "conformance/judge/door.py: shorten_text(shown.get(name, ''), _LONGEST_HEADER)",
    "conformance/judge/result.py: to_one_line(render_member(self.member))",
    "conformance/judge/waiver_file.py: text[:_LONGEST_REASON]",
    "conformance/pytest_plugin.py: shorten_line(fault.response_body, _LONGEST_BODY)",
    "conformance/report/block.py: shorten_line(one.body or '', _LONGEST_SHOWN)",
    "conformance/report/block.py: shorten_line(one.response_body, _LONGEST_SHOWN)",
    "conformance/report/matrix/finding.py: shorten_line(escape_controls(' '.join(filter(None, words))), _LONGEST_NAME)",
    "conformance/report/matrix/page.py: shorten_line(cell.reason or '', _LONGEST_SAID)",
    "conformance/report/matrix/page.py: to_one_line(cell.reason or '', _LONGEST_REASON)",
    "conformance/report/matrix/table.py: to_one_line(one.detail or '', _LONGEST_DETAIL)",
    "conformance/report/steps.py: to_one_line(answer)",
    "conformance/report/steps.py: to_one_line(asked)",
    "conformance/report/steps.py: to_one_line(str(result.reason))",
    "conformance/report/words.py: shorten_line(text, _LONGEST_SENTENCE)",
}


def early_cuts(root: Path) -> list[str]:
    """Name each place of the judge, but for the one, in which a text is cut that may be of others."""
    found = []
    for file in modules(root, "conformance"):
        name = file.relative_to(root).as_posix()
        if name not in ONE_PLACE and "/proof/" not in name:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            found += [f"{name}: {ast.unparse(node)}" for node in ast.walk(tree) if cuts_text(node)]
    return found


def cuts_text(node: ast.AST) -> bool:
    """Tell whether *node* cuts what may be a text of others: by its name, or by how much it leaves."""
    if isinstance(node, ast.Call):
        return bool({name_called(node), ast.unparse(node.func)} & CUTS)
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Slice):
        return False
    if node.slice.upper is None:
        return False
    return is_foreign(node.value) or is_length_of_text(node.slice.upper)


def is_foreign(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return name_called(node) in MAKES_TEXT
    return isinstance(node, ast.Attribute) and node.attr in FOREIGN_ATTRIBUTES


def is_length_of_text(bound: ast.expr) -> bool:
    if isinstance(bound, ast.Constant):
        return isinstance(bound.value, int) and bound.value >= LONGER_THAN_A_LIST
    return any("LONGEST" in name or "CHARACTERS" in name for name in names_in(bound))


def names_in(bound: ast.expr) -> Iterator[str]:
    for node in ast.walk(bound):
        if isinstance(node, ast.Name):
            yield node.id


def name_called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_foreign_text_is_cut_in_one_place():
    assert set(early_cuts(ROOT)) == ALLOWED


@pytest.mark.parametrize(
    "cut",
    [
        "answer.text[:80]",
        "answer.content[:3]",
        "str(error)[:40]",
        "' '.join(text.split())[:_LONGEST_COMPLAINT]",
        "escape_controls(asked)[:40]",
        "json.dumps(value)[:80]",
        "message[:_MOST_CHARACTERS]",
        "value[:60].strip()",
        "shorten_text(asked)",
        "textwrap.shorten(asked, 80)",
        "redaction(text[:80])",
    ],
)
def test_early_cut_is_found(tmp_path, cut):
    (tmp_path / "conformance/apis").mkdir(parents=True)
    (tmp_path / "conformance/apis/answers.py").write_text(f"shown = {cut}\n")

    (found,) = early_cuts(tmp_path)
    assert found.startswith("conformance/apis/answers.py: ")


@pytest.mark.parametrize("kept", ["names[:3]", "path[:-1]", "listed[1:]", "redaction.show(text, 80)"])
def test_list_and_shown_text_are_left_alone(tmp_path, kept):
    (tmp_path / "conformance").mkdir()
    (tmp_path / "conformance/answers.py").write_text(f"shown = {kept}\n")

    assert early_cuts(tmp_path) == []
