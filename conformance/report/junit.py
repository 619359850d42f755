"""junit.xml: one test case per requirement, for whatever shows test results in CI."""

from __future__ import annotations

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from conformance.http.evidence import escape_controls
from conformance.judge.result import Result
from conformance.judge.verdict import Verdict

_PROLOG = '<?xml version="1.0" encoding="utf-8"?>\n'


def render_junit(verdict: Verdict) -> str:
    """Return the document as text.

    Only what decides the verdict fails: a SHOULD that failed is skipped with its reason unless the run was
    strict, so that CI and exit status agree.
    """
    suite = TestSuite(f"conformance {verdict.api}")
    suite.timestamp = verdict.started.isoformat(timespec="seconds")
    suite.add_property("target", verdict.base_url)
    suite.add_property("verdict", f"{verdict.verdict}: {verdict.reason}")
    for result in verdict.results:
        suite.add_testcase(_convert_result(result, verdict.is_strict))
    if verdict.waiver_faults:
        suite.add_testcase(_convert_waiver_faults(verdict))
    suite.time = round(verdict.seconds, 3)
    document = JUnitXml("conformance")
    document.add_testsuite(suite)
    text: bytes = document.tostring()  # type: ignore[no-untyped-call]
    return _PROLOG + text.decode("utf-8") + "\n"


def _convert_waiver_faults(verdict: Verdict) -> TestCase:
    case = TestCase("waivers", classname=f"conformance.{verdict.api}")
    case.result = [Failure(fault, "waiver") for fault in verdict.waiver_faults]
    return case


def _convert_result(result: Result, is_strict: bool) -> TestCase:
    requirement = result.requirement
    api, _, name = requirement.id.partition("/")
    case = TestCase(name, classname=f"conformance.{api}", time=round(result.seconds, 3))
    sentence = f"{requirement.level} {requirement.text} ({requirement.source})"
    counts = is_strict or requirement.level == "MUST"
    reason = escape_controls(result.reason or "")
    if result.status == "failed" and counts:
        failure = Failure(reason, requirement.level)
        failure.text = "\n".join([sentence, reason, *([result.at_fault.curl] if result.at_fault else [])])
        case.result = [failure]
    elif result.status == "inconclusive" and (counts or result.is_our_fault):
        error = Error(reason, "inconclusive")
        error.text = sentence
        case.result = [error]
    elif result.status not in ("passed", "observed"):
        case.result = [Skipped(f"{result.status}: {reason}")]
    elif reason:
        case.system_out = reason
    return case
