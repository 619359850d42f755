"""Hostile input: refused as documented, or accepted and kept; it is answered either way and harms no other write.

What HTTP allows and few send (chunks, pipelines, odd headers) may be refused by whatever stands before the API, in any
way or by closing the connection. Closing it is a refusal everywhere here.
"""

from __future__ import annotations

import json

from conformance.apis.onlyautomator import hostile_input as hostility
from conformance.apis.onlyautomator import listed_records as shelf
from conformance.apis.onlyautomator.answers import body_of, code_of, data_of, expect_member, outcome, show
from conformance.apis.onlyautomator.driver import Api
from conformance.apis.onlyautomator.listed_records import Place
from conformance.assertions.expect import expect, observe
from conformance.http import raw_request as packet

ORDER = 1


def _kept(api: Api, name: str) -> None:
    """Want a hostile value to come back equal if it is accepted."""
    answer = hostility.of_value(api, name)
    if answer is not None and answer.ok:
        expect_member(answer, "value", json.loads(hostility.VALUES[name]))


# --- a value ---------------------------------------------------------------------------------------------


def test_deep_value_stays_whole(api: Api) -> None:
    """MUST not alter a value of 100 or 1,000 levels that it accepts. (onlyautomator: Request Body)"""
    for name in ("100 levels", "1,000 levels"):
        answer = hostility.of_value(api, name)
        if answer is not None and answer.ok:  # compared as text, since not every JSON reader goes so deep
            kept = f'"value":{hostility.VALUES[name]}' in "".join(answer.text.split())
            expect(kept, f"the value of {name}", "another", answer)


def test_huge_string_stays_whole(api: Api) -> None:
    """MUST not cut a string of 1,000,000 characters that it accepts. (onlyautomator: Request Body)"""
    _kept(api, "1,000,000 characters")


def test_negative_zero_stays_zero(api: Api) -> None:
    """MUST give back -0.0 as a zero if it accepts it, with or without the sign. (onlyautomator: Request Body)"""
    _kept(api, "negative zero")


def test_large_integer_stays_a_number(api: Api) -> None:
    """MUST give back an integer beyond doubles as the nearest double at least, if it accepts it.

    (onlyautomator: Request Body)

    RFC 8259 lets nobody rely on more than a double holds: 9007199254740993 may come back as 9007199254740992.
    """
    _kept(api, "an integer beyond doubles")


def test_nul_stays_in_its_string(api: Api) -> None:
    """MUST not alter a string with the character U+0000 that it accepts. (onlyautomator: Request Body)"""
    _kept(api, "U+0000")


def test_prototype_members_stay(api: Api) -> None:
    """MUST give back members called __proto__, constructor and prototype if it accepts them.

    (onlyautomator: Request Body)
    """
    _kept(api, "prototypes")


def test_prototypes_stay_clean(api: Api) -> None:
    """MUST not show a member of one write's __proto__ in the answer to another. (onlyautomator: Response)"""
    api.run.mode.want_full("what servers stumble over")
    trouble = hostility.ask_all(api)
    for answer in api.client.answers:
        if answer.exchange.method == "POST" and hostility.POLLUTION not in (answer.exchange.body or ""):
            expect(hostility.POLLUTION not in answer.text, "what was written", show(answer.text), answer)
    if trouble:
        raise trouble


def test_hostile_value_refused_as_invalid(api: Api) -> None:
    """MUST refuse hostile values with validation_error where it answers 400. (onlyautomator: 400 Bad Request)

    Whatever stands before the API may refuse them in its own voice, which is no JSON.
    """
    for answer in hostility.of_values(api):
        if answer.status == 400 and body_of(answer) is not None:
            code = code_of(answer)
            expect(code == "validation_error", "error.code validation_error", show(code), answer)


def test_hostile_input_is_answered(api: Api) -> None:
    """MUST leave no hostile input without an answer. (onlyautomator: Response)

    Input is left without one if none comes within the profile's patience.timeout_s, twice, while another write is
    answered each time right after. To close the connection is an answer: a server may refuse without a word what is
    no HTTP to it.
    """
    api.run.mode.want_full("what servers stumble over")
    trouble = hostility.ask_all(api)
    for hang in api.client.hangs:
        api.client.show(hang)
        expect(False, "an answer, or the end of the connection", "neither, twice, while others were answered")
    if trouble:
        raise trouble


def test_hostile_values_can_be_listed(api: Api) -> None:
    """SHOULD still list a category in which hostile values were accepted. (onlyautomator: Get Preferences)

    Only the status is looked at: not every JSON reader goes so deep, and what is too large to be read is not decided.
    """
    shelf.records_of(shelf.latest(api, shelf.own(api)))
    hostility.of_values(api)
    answer = shelf.latest(api, Place(api.fan_id, hostility.category(api)))
    expect(answer.ok, "the list to be answered", outcome(answer), answer)


# --- a request -------------------------------------------------------------------------------------------


def test_chunked_write_stays_whole(api: Api) -> None:
    """MUST not alter the value of a write in chunks that it accepts. (onlyautomator: Request Body)

    Whoever does not know chunks may refuse them.
    """
    sent = hostility.of_chunks(api)
    if sent is not None and sent[1].ok:
        expect_member(sent[1], "value", sent[0]["value"])


def test_chunk_extensions(api: Api) -> None:
    """OBSERVED a write in chunks with extensions. (onlyautomator: Request Body)"""
    observe(f"chunks with extensions are answered {outcome(hostility.of_chunk_extensions(api))}")


def test_half_sent_write_stores_nothing(api: Api) -> None:
    """MUST not make a record of a write that breaks off before its end. (onlyautomator: 400 Bad Request)

    The last brace is announced and never sent, so that what arrives is no JSON, whoever reads it.
    """
    api.base()
    body = api.body()
    for answer in api.deliver(packet.cut(api.draft(body), missing=1)):
        expect(not answer.ok, "a refusal or no answer at all", outcome(answer), answer)
    api.expect_unwritten(body, None)


def test_pipelined_writes_stay_in_order(api: Api) -> None:
    """MUST not answer one of two writes in one packet with the preference of the other. (onlyautomator: Response)

    The second, or both, may be left unanswered where the connection is closed.
    """
    written = hostility.of_pipeline(api)
    for (body, answer), (other, _) in zip(written, reversed(written), strict=True):
        if answer.ok and other is not body:
            value = data_of(answer).get("value")
            expect(value != other["value"], f"value {show(body['value'])}", f"value {show(value)}", answer)


def test_unusual_headers(api: Api) -> None:
    """OBSERVED a write with a hundred headers more, among them one of 4 KB, an empty one and one that is there twice,
    and with the media type in odd letters. (onlyautomator: Authentication)
    """
    observe(f"unusual headers are answered {outcome(hostility.of_odd_headers(api))}")


def test_expect_continue(api: Api) -> None:
    """OBSERVED a write with Expect: 100-continue that does not wait. (onlyautomator: Authentication)"""
    observe(f"Expect: 100-continue is answered {outcome(hostility.of_expectation(api))}")
