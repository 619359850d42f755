"""What a finding about a member of an answer has to name."""

import re

from conformance.assertions.member import follow_member

# What is wrong with an answer as a whole: its status or its headers, that it lacks its end, or is no JSON object.
OF_THE_WHOLE = re.compile(
    r"status \d|a 2xx|a refusal|no 5xx|no server error|to be refused|to be accepted|to be answered|refused again"
    r"|the outage to be over|an answer, or the end|an answer that ends|application/json|a JSON (object|body)"
    r"|bodies without a preference"
)


def is_of_a_member(result):
    return isinstance(result.at_fault.answered_json, dict) and not OF_THE_WHOLE.search(result.expected)


def find_nameless(verdict):
    """List the findings about a member that name none, or one that neither is there nor has a place there."""
    return [
        f"{one.requirement.id}: expected {one.expected}, got {one.got}"
        for one in verdict.results
        if one.status == "failed"
        and is_of_a_member(one)
        and not (
            one.member and isinstance(follow_member(one.at_fault.answered_json, one.member[:-1]), dict | list)
        )
    ]
