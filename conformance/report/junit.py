"""junit.xml: one test case per requirement, for whatever shows test results in CI."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from conformance.http.foreign_text import escape_controls
from conformance.judge.result import Result
from conformance.judge.verdict import NOT_CONFORMANT, Verdict, deciding_levels
from conformance.suite.sentences import quote_sentences

_PROLOG = '<?xml version="1.0" encoding="utf-8"?>\n'


def render_junit(verdict: Verdict) -> str:
    """Return the document as text.

    Only what decides the verdict fails, so that CI and exit status agree: a SHOULD that failed is skipped with its
    reason unless the run was strict. A run that ends badly for another reason than a requirement fails by a case of
    its own, once.
    """
    suite = TestSuite(" ".join(filter(None, ["conformance", verdict.api, verdict.name])))
    suite.timestamp = verdict.started.isoformat(timespec="seconds")
    suite.add_property("target", verdict.base_url)
    suite.add_property("verdict", f"{verdict.verdict}: {verdict.reason}")
    for note in verdict.notes:
        suite.add_property("note", escape_controls(note))
    cases = [_convert_result(result, verdict) for result in verdict.results]
    if verdict.waiver_faults:
        failures = [Failure(escape_controls(fault), "waiver") for fault in verdict.waiver_faults]
        cases.append(_make_case("waivers", verdict, failures))
    if verdict.exit_status and not any(case.is_failure or case.is_error for case in cases):
        kind = Failure if verdict.verdict == NOT_CONFORMANT else Error
        cases.append(_make_case("verdict", verdict, [kind(escape_controls(verdict.reason), verdict.verdict)]))
    suite.add_testcases(cases)  # at once: after each, all that are there are counted again
    suite.time = round(verdict.seconds, 3)
    document = JUnitXml("conformance")
    document.add_testsuite(suite)
    # junitparser's own way to do so parses the text again, and so stumbles over what an answer said.
    ElementTree.indent(document._elem, " ")
    text: bytes = document.tostring()  # type: ignore[no-untyped-call]
    return _PROLOG + text.decode("utf-8") + "\n"


def _make_case(name: str, verdict: Verdict, result: Sequence[Failure | Error]) -> TestCase:
    case = TestCase(name, classname=_name_class(verdict))
    case.result = list(result)
    return case


def _name_class(verdict: Verdict) -> str:
    # CI systems keep the history of a test by its class and name, and two environments have two.
    return ".".join(filter(None, ["conformance", verdict.api, verdict.name]))


def _convert_result(result: Result, verdict: Verdict) -> TestCase:
    requirement = result.requirement
    is_strict = verdict.is_strict
    case = TestCase(requirement.name, classname=_name_class(verdict), time=round(result.seconds, 3))
    quoted = [f"“{one.text}” {one.url}" for one in quote_sentences(requirement)]
    sentence = "\n".join([f"{requirement.level} {requirement.text} ({requirement.source})", *quoted])
    counts = requirement.level in deciding_levels(is_strict)
    # Whatever kept a requirement from being asked is told once, for all of them.
    is_open = (
        result.status == "inconclusive" and not verdict.was_left_open_by_end(result) and result.was_asked
    )
    reason = escape_controls(result.reason or "")
    if result.status == "failed" and counts:
        failure = Failure(reason, requirement.level)
        about = f"about {result.subject}" if result.subject else None
        member = f"member {result.member_name}" if result.member_name else None
        curl = result.at_fault.shorten_curl() if result.at_fault else None
        failure.text = "\n".join(filter(None, [sentence, about, member, reason, curl]))
        case.result = [failure]
    elif result.status == "not_tested" and counts and is_strict:
        failure = Failure(reason, "not tested")
        failure.text = sentence
        case.result = [failure]
    elif is_open and (counts or result.is_our_fault):
        error = Error(reason, "inconclusive")
        error.text = sentence
        case.result = [error]
    elif result.status not in ("passed", "observed"):
        case.result = [Skipped(f"{result.status}: {reason}")]
    elif reason:
        case.system_out = reason
    return case
