"""Request Body: the three names, and the members of the body."""

from __future__ import annotations

from collections.abc import Collection

from conformance.apis.onlyautomator import hostile_input, odd_input
from conformance.apis.onlyautomator.answers import (
    data_of,
    describe_answer,
    describe_kept_value,
    describe_value,
    expect_member,
    name_alternative,
    name_shown,
)
from conformance.apis.onlyautomator.driver import Body, Driver
from conformance.apis.onlyautomator.long_names import LENGTHS, NAMES, write_long_names_once
from conformance.apis.onlyautomator.shared_writes import (
    create_first_record,
    first_body,
    first_record,
    write_extra_member,
    write_mixed_case_names,
)
from conformance.assertions.expect import expect, observe
from conformance.http.response import Response
from conformance.suite.odd_input import Row


def test_category_comes_back(driver: Driver) -> None:
    """MUST answer with the category that was sent. (onlyautomator: Request Body)"""
    first_record(driver)
    expect_member(create_first_record(driver), "category", driver.run.prefix)


def test_preference_comes_back(driver: Driver) -> None:
    """MUST answer with the preference that was sent. (onlyautomator: Request Body)"""
    body = first_body(driver)
    expect_member(create_first_record(driver), "preference", body["preference"])


def test_mixed_case_category(driver: Driver) -> None:
    """OBSERVED whether capitals in a category are kept. (onlyautomator: Request Body)"""
    _observe_case(driver, "category")


def test_mixed_case_preference(driver: Driver) -> None:
    """OBSERVED whether capitals in a preference are kept. (onlyautomator: Request Body)"""
    _observe_case(driver, "preference")


def _observe_case(driver: Driver, name: str) -> None:
    body, answer = write_mixed_case_names(driver)
    text = body[name]
    if not answer.ok:  # of which of the two, perhaps, only a write with one of them can tell
        answer = driver.write(driver.make_body(**{name: text}))
    shown = f" and comes back as {describe_value(data_of(answer).get(name))}" if answer.ok else ""
    observe(
        f"the {name} {describe_value(text)} is answered {describe_answer(answer)}{shown}",
        name_shown(answer, {"kept": text, "lowered": text.lower()}, name),
    )


def test_non_ascii_names(driver: Driver) -> None:
    """MUST return a name with characters beyond ASCII unchanged if it accepts it, whole if it is long.

    (onlyautomator: Request Body)
    """
    # Of more than 256 bytes each, since a server may count those.
    names = {"category": f"{driver.run.prefix}_{'話題' * 50}", "preference": "好み_видео_日本_" * 15}
    if not _expect_names_kept(driver, names).ok:
        _expect_names_kept(driver, {"category": f"{driver.run.prefix}_話題", "preference": "好み_видео_日本"})


def test_long_names_stay_whole(driver: Driver) -> None:
    """MUST neither cut a name of 256 characters that it accepts, nor confuse two that differ in the last one.

    (onlyautomator: Request Body)

    A server may refuse long names. Then the same is asked of the longest of some usual lengths that it accepts.
    """
    first_record(driver)
    writes = write_long_names_once(driver)
    # How an update is answered, other requirements ask.
    for body, answer in (writes.first, *writes.others.values()):
        for name in NAMES if answer.ok else ():
            expect_member(answer, name, body[name])
    for name, other in writes.others.items():
        ids = [data_of(answer).get("id") for answer in (writes.first.answer, other.answer) if answer.ok]
        expect(
            None in ids or len(set(map(describe_value, ids))) == len(ids),
            f"different records for a {name} that differs in the last of {len(other.body[name])} characters",
            f"id {describe_value(ids[0] if ids else None)} twice",
            other.answer,
            ("data", "id"),
        )


def test_longest_names(driver: Driver) -> None:
    """OBSERVED how long a category and a preference may be. (onlyautomator: Request Body)"""
    first_record(driver)
    writes = write_long_names_once(driver)
    refused = writes.refused
    if refused is None:
        observe(f"names of {LENGTHS[0]} characters are accepted", "any")
        return
    lengths = {name: len(writes.first.body[name]) for name in NAMES}
    shown = " and ".join(f"a {name} of {length}" for name, length in lengths.items())
    is_known = len(set(lengths.values())) == 1 and refused.status == 400
    observe(
        f"{shown} characters are accepted, longer ones answered {describe_answer(refused)}",
        f"up-to-{lengths[NAMES[0]]}" if is_known else "another",
    )


def _expect_names_kept(driver: Driver, names: dict[str, str]) -> Response:
    first_record(driver)
    answer = driver.write(driver.make_body(**names))
    for name, text in names.items() if answer.ok else ():
        expect_member(answer, name, text)
    return answer


def test_spaces_in_preference(driver: Driver) -> None:
    """OBSERVED how a preference with spaces is answered. (onlyautomator: Request Body)"""
    answer = driver.write(driver.make_body(preference="likes long videos"))
    observe(
        f"a preference with spaces is answered {describe_answer(answer)}",
        name_alternative(answer, "accepted"),
    )


def test_whitespace_around_names(driver: Driver) -> None:
    """OBSERVED how names with whitespace around them are answered. (onlyautomator: Request Body)"""
    padded = {"category": f" {driver.run.prefix} ", "preference": "\tpadded "}
    answer = driver.write(driver.make_body(**padded))
    data = data_of(answer) if answer.ok else {}
    as_what = f" as {describe_value([data.get('category'), data.get('preference')])}" if data else ""
    seen = {
        name_shown(answer, {"kept": text, "trimmed": text.strip()}, name) for name, text in padded.items()
    }
    observe(
        f"names with whitespace around them are answered {describe_answer(answer)}{as_what}",
        _name_if_one(seen),
    )


def test_punctuation_in_names(driver: Driver) -> None:
    """OBSERVED how names with punctuation are answered. (onlyautomator: Request Body)"""
    answer = driver.write(driver.make_body(category=f"{driver.run.prefix}/late-night", preference="a.b:c[0]"))
    observe(
        f"names with punctuation are answered {describe_answer(answer)}", name_alternative(answer, "accepted")
    )


def test_empty_names(driver: Driver) -> None:
    """OBSERVED how an empty string in place of each name is answered. (onlyautomator: Request Body)"""
    answers = {name: _write_empty(driver, name) for name in ("fanId", *NAMES)}
    # Of a fanId alone another requirement asks: a fan has to exist.
    seen = {name_shown(answers[name], {"accepted": ""}, name) for name in NAMES}
    observe(
        "; ".join(
            f"an empty {name} is answered {describe_answer(answer)}" for name, answer in answers.items()
        ),
        _name_if_one(seen),
    )


def test_empty_fan_id(driver: Driver) -> None:
    """OBSERVED how an empty string in place of a fanId is answered. (onlyautomator: Request Body)"""
    answer = _write_empty(driver, "fanId")
    observe(f"an empty fanId is answered {describe_answer(answer)}", name_alternative(answer, "accepted"))


def _write_empty(driver: Driver, name: str) -> Response:
    return driver.client.memoize(("empty", name), lambda: driver.write(driver.make_body(**{name: ""})))


def _name_if_one(seen: Collection[str]) -> str:
    """Return the alternative that was *seen* of several names; of different ones there is no name."""
    return next(iter(seen)) if len(seen) == 1 else "mixed"


def test_scalars_for_names(driver: Driver) -> None:
    """OBSERVED how a number and a boolean in place of a name are answered. (onlyautomator: Request Body)"""
    scalars: dict[str, Body] = {"a number": {"preference": 7}, "a boolean": {"preference": True}}
    answers = {kind: driver.write(driver.make_body(**wrong)) for kind, wrong in scalars.items()}
    texts = {"a number": "7", "a boolean": "true"}
    seen = {name_shown(answer, {"text": texts[kind]}, "preference") for kind, answer in answers.items()}
    observe(
        "; ".join(f"{kind} is answered {describe_answer(answer)}" for kind, answer in answers.items()),
        _name_if_one(seen),
    )


def test_number_for_fan_id(driver: Driver) -> None:
    """OBSERVED how a number in place of a fanId is answered. (onlyautomator: Request Body)"""
    answer = odd_input.send_row(driver, Row("fanId", "a number"))
    # Of a number that was taken for a text there is no fan.
    is_text = answer is not None and (answer.ok or answer.status == 404)
    observe(
        f"a number as the fanId is answered {describe_answer(answer)}",
        "text" if is_text else name_alternative(answer, "text"),
    )


def test_extra_members(driver: Driver) -> None:
    """OBSERVED how a member that the document does not name is answered. (onlyautomator: Request Body)"""
    answer = write_extra_member(driver)
    kept = answer.ok and "note" in data_of(answer)
    observe(
        f"an unknown member is answered {describe_answer(answer)}",
        name_alternative(answer, "kept" if kept else "ignored"),
    )


def test_duplicate_members(driver: Driver) -> None:
    """OBSERVED how a body with the same member twice is answered. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "a member twice")
    observe(
        f"a member given twice is answered {describe_answer(answer)}{describe_kept_value(answer)}",
        name_shown(answer, {"first": "one", "last": "two"}),
    )
