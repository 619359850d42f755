"""Requests that a target does not answer in time, or with too much: each costs so long that only few are tried."""

from __future__ import annotations

from collections import Counter

from conformance.assertions.outcome import RunStopped
from conformance.contract.contract_case import ContractCase

_MOST_IN_AN_OPERATION = 2  # of one kind; the next would only wait as long
_MOST_NAMED = 5
_MOST_OPERATIONS_IN_ALL = 12  # that hang on valid requests; a run would go on for hours
_MOST_OPERATIONS = 3  # that hang on one kind, and no other is asked so
VALID = "that follow the contract"


def name_kind(case: ContractCase) -> str:
    """Name what a case is like, for a server that hangs on one hangs on the next of its kind."""
    if case.mode == "positive":
        return VALID
    if case.broken is not None:
        return "whose parameter breaks the contract"
    if case.content is not None and not case.has_json:
        return "whose body is no JSON"
    return "whose body breaks the contract, or that lack a parameter"


class SilenceLimit:
    """Counts what gets no answer, and says what is not worth sending any more.

    skipped: how many requests were therefore not sent, by the operation and the kind.
    """

    def __init__(self) -> None:
        self.skipped: Counter[tuple[str, str]] = Counter()
        self._silent: Counter[tuple[str, str]] = Counter()

    def note_silence(self, case: ContractCase) -> None:
        """Count that *case* got no answer that can be judged.

        Raises RunStopped after too many operations that do not answer valid requests.
        """
        self._silent[case.operation, name_kind(case)] += 1
        if self._count_operations(VALID) >= _MOST_OPERATIONS_IN_ALL:
            raise RunStopped(
                f"{_MOST_OPERATIONS_IN_ALL} operations do not answer valid requests in time, so the run stops here; "
                "leave them out with --exclude, or give more of patience.timeout_s"
            )

    def _count_operations(self, kind: str) -> int:
        return sum(one == kind for _, one in self._silent)

    def is_worth_sending(self, case: ContractCase) -> bool:
        """Tell whether to send *case*; counts it as skipped if not."""
        kind = name_kind(case)
        is_known = kind != VALID and self._count_operations(kind) >= _MOST_OPERATIONS
        if is_known or self._silent.get((case.operation, kind), 0) >= _MOST_IN_AN_OPERATION:
            self.skipped[case.operation, kind] += 1
            return False
        return True

    def describe(self) -> list[str]:
        """Say which requests got no answer, and how many like them were not sent."""
        return [self._describe_kind(kind) for kind in dict.fromkeys(kind for _, kind in self._silent)]

    def _describe_kind(self, kind: str) -> str:
        operations = [operation for operation, one in self._silent if one == kind]
        more = len(operations) - _MOST_NAMED
        named = ", ".join(operations[:_MOST_NAMED]) + (f" and {more} others" if more > 0 else "")
        number = self._count(self._silent, kind)
        times = "once" if number == 1 else f"{number} times"
        sentence = f"requests {kind} got no usable answer in time, {times}, from {named}"
        skipped = self._count(self.skipped, kind)
        return f"{sentence}; {skipped} more of that kind were not sent" if skipped else sentence

    @staticmethod
    def _count(numbers: Counter[tuple[str, str]], kind: str) -> int:
        return sum(number for (_, one), number in numbers.items() if one == kind)
