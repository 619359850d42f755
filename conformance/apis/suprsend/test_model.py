"""The model: places that are written to in turn, or at the same time, behave as if each were alone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from conformance.apis.suprsend import model
from conformance.apis.suprsend.category import IN, repeatable_state
from conformance.apis.suprsend.choices import Choice, list_choices
from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.expectations import expect_same_state, member_of_state
from conformance.apis.suprsend.model import Write
from conformance.apis.suprsend.shared_writes import (
    switch_category_once,
    switch_channel_once,
    write_here_and_elsewhere,
)
from conformance.apis.suprsend.write_sequences import (
    other_places,
    require_two_channels,
    write_alone,
    write_at_once,
    write_in_turn,
)
from conformance.apis.suprsend.writes_elsewhere import choose_elsewhere_once
from conformance.assertions.expect import expect
from conformance.assertions.json_equality import find_difference
from conformance.assertions.outcome import DoesNotConform, Inconclusive, NotTested

ORDER = 3


def test_model_places_stand_alone(driver: Driver) -> None:
    """MUST answer the same writes to a place in the same way, whatever is written to other places in between.

    (suprsend: Path Parameters)

    Two channels are opted out and in again, first with nothing written in between, then with writes to another
    object, another category and, if there is one, a tenant, in an order that the seed decides. How lists add up is
    not judged, only that they add up in the same way.
    """
    require_two_channels(driver)
    _require_places_apart(driver)
    for number, (before, write) in enumerate(
        zip(write_alone(driver).writes, write_in_turn(driver).own, strict=True), 1
    ):
        how = f"to write {number}, as without writes elsewhere"
        expect(write.answer.ok, f"a 2xx {how}", f"status {write.answer.status}", write.answer)
        is_same = model.has_same_state(before.answer, write.answer)
        if number == 1 and not is_same:
            raise Inconclusive("the same writes are answered otherwise before anything is written elsewhere")
        expect_same_state(before.answer, write.answer, how)


def test_model_answers_follow_requests(driver: Driver) -> None:
    """MUST answer every write with what it asked for, whatever was written elsewhere before. (suprsend: Response)

    It is judged of an object, of another one, and of a tenant, in turn. What is wrong with one of them alone
    already, another requirement judges.
    """
    _expect_model_followed(driver, write_in_turn(driver).every)


def test_parallel_writes_have_an_order(driver: Driver) -> None:
    """SHOULD answer writes made at once as if they were made one after the other. (suprsend: Body)

    The document does not speak of writes made at once, so a lost write breaks no MUST. Two channels are opted out
    and then in by two requests each, while another object is written to. Every answer follows its request. Whatever
    the order, the last of these writes finds the other channel opted in before, and is answered as when nothing
    else was under way. Only requests that overlapped count. Writes made at once may be refused; where none that
    overlapped was accepted for one of the channels, it is inconclusive.
    """
    require_two_channels(driver)
    in_turn = [repeatable_state(write.answer) for write in write_alone(driver).writes[2:]]
    own, every = write_at_once(driver)
    if len({str(write.body) for write in own}) < 2:
        if refused := [write.answer.status for write in every if not write.answer.ok]:
            raise NotTested(f"of the writes made at once some were refused with status {refused[0]}")
        raise Inconclusive("of the writes that overlapped none was accepted for one of the channels")
    at_once = [repeatable_state(write.answer) for write in own]
    if not any(one in in_turn for one in at_once):
        expected = f"one of the answers to be as in turn, {' or '.join(dict.fromkeys(map(str, in_turn)))}"
        found, last = find_difference(in_turn[-1], at_once[-1]), own[-1].answer
        expect(False, expected, f"{at_once}", last, member_of_state(last, found.member if found else ()))
    _expect_model_followed(driver, every, write_in_turn(driver).every if other_places(driver) else ())


def _expect_model_followed(driver: Driver, writes: Sequence[Write], in_turn: Sequence[Write] = ()) -> None:
    """Leave to other requirements what one place alone is not answered, nor several *in_turn*."""
    turns, channels = switch_category_once(driver), switch_channel_once(driver)
    with suppress(NotTested):
        choose_elsewhere_once(driver)
    elsewhere = [one for one in list_choices(driver) if one.write.place != driver.places.main]
    plain = [
        *(Write(_body_that_counts(one), one.answer) for one in elsewhere),
        *(
            Write(model.body_of_move(name, []), answer)
            for name, answer in zip(("in", "leave"), turns, strict=False)
        ),
        Write(model.body_of_move("out", [channels.named]), channels.out),
        Write(model.body_of_move("in", [channels.named]), channels.back),
        *write_alone(driver).writes,
        *in_turn,
    ]
    left = {found.fact for found in model.contradictions(plain)}
    for found in model.contradictions(writes):
        if found.fact not in left:
            raise DoesNotConform(found.expected, found.got, found.answer, found.member)
    if left:
        raise Inconclusive(f"what came before is not answered its {', '.join(sorted(left))}")


def _body_that_counts(choice: Choice) -> model.Body:
    """Return the body of a choice without the lists that may be left out of account, as beside an opt-out."""
    lists = {"opt_out_channels": choice.out - choice.into, "opt_in_channels": choice.into - choice.out}
    return {"preference": choice.asked, **(lists if choice.asked == IN and choice.is_answered_in else {})}


def _require_places_apart(driver: Driver) -> None:
    """Leave it to other requirements if the plainest write elsewhere shows here."""
    for name in ("other", "category"):
        place = other_places(driver).get(name)
        if place is None:
            continue
        with suppress(NotTested):
            before, write, after = write_here_and_elsewhere(driver, place)
            if write.ok and not model.has_same_state(before, after):
                raise Inconclusive(
                    f"a single write to {place.object.id}, {place.category} already shows here"
                )
