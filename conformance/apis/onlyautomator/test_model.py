"""The model: records that are written in turn, or at the same time, behave as if each were alone.

Last, so that the records of the whole run lie between a first write and these.
"""

from __future__ import annotations

from collections.abc import Sequence

from conformance.apis.onlyautomator import model
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.model import Write
from conformance.apis.onlyautomator.record_sequences import (
    create_records,
    update_at_once,
    update_in_turn,
    write_one_record,
)
from conformance.assertions.outcome import DoesNotConform, Inconclusive
from conformance.suite.model import Contradiction

ORDER = 2


def test_model_records_stand_alone(driver: Driver) -> None:
    """MUST answer every write as if its record were alone, whatever is written to others in between.

    (onlyautomator: Notes)

    A few records are updated in turn, in an order that the seed decides, also to a value that they had before. A
    record keeps its id, createdAt, names and userId, its updatedAt does not go back, and its value is the last one
    written. What is wrong with a single record already, another requirement judges.
    """
    made = create_records(driver)
    _expect_as_in_model([*made, *update_in_turn(driver)], write_one_record(driver), made)


def test_parallel_updates_keep_records(driver: Driver) -> None:
    """MUST answer each of several updates at once with the record that it is meant for.

    (onlyautomator: Notes)

    Two records are updated by two requests each. Any of the values that were sent for a record may be returned, and
    any update may be refused. Only requests that overlapped count; where fewer than two of them were accepted, it
    is inconclusive.
    """
    sequence = [*create_records(driver), *update_in_turn(driver)]
    racing = [write for write in update_at_once(driver) if write.answer.ok]
    if len(racing) < 2:
        raise Inconclusive("of the updates that overlapped fewer than two were accepted")
    _expect_as_in_model(
        [*create_records(driver), *racing],
        write_one_record(driver),
        sequence,
    )


def _expect_as_in_model(writes: Sequence[Write], *plain: Sequence[Write]) -> None:
    def fail(found: Contradiction) -> None:
        at = next(at for at, write in enumerate(writes, 1) if write.answer is found.answer)
        got = f"{found.got} in the answer to write {at} of {len(writes)}"
        raise DoesNotConform(found.expected, got, found.answer, found.member)

    if left := model.judge_writes(writes, plain, fail):
        raise Inconclusive(
            f"{', '.join(sorted(left))}: wrong also where one record alone is written, so what other writes do to it "
            "cannot be told"
        )
