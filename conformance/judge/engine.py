"""The engine: asks one requirement of a target and returns its result. Whoever judges asks through it."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

from conformance.assertions.member import Member
from conformance.assertions.outcome import DoesNotConform, Inconclusive, RunStopped
from conformance.http.client import Client
from conformance.http.evidence import Exchange
from conformance.http.foreign_text import LONGEST_LINE
from conformance.judge.result import Result, make_result, result_not_asked
from conformance.suite.driver import Driver
from conformance.suite.requirement import Requirement


class Engine:
    """Asks requirements through *driver*, one at a time.

    describe_subject: says what an exchange, and a member of its answer, was about. stopped: why nothing more is sent
    to the target, once it has been silent too often or the budget is used up. Only what looks back on the run is
    asked then.
    """

    def __init__(
        self,
        driver: Driver,
        client: Client,
        describe_subject: Callable[[Exchange, Member], str | None] = lambda *_: None,
    ) -> None:
        self.stopped: str | None = None
        self._describe_subject = describe_subject
        self._driver = driver
        self._client = client

    def ask(self, requirement: Requirement) -> Result:
        """Ask one requirement, unless the run is stopped; whatever it raises but KeyboardInterrupt is a result."""
        self._client.start_evidence()  # also of what is not asked, which must not show the evidence of another
        if self.stopped and not (requirement.looks_back and self._client.responses):
            return result_not_asked(requirement, self.stopped)
        began = time.monotonic()
        error: BaseException | None = None
        try:
            with self._client.refuse_to_send(self.stopped) if self.stopped else nullcontext():
                requirement.function(self._driver)
        except KeyboardInterrupt:
            raise
        except BaseException as outcome:  # SystemExit, too: a requirement that ends us is our own fault
            error = outcome
        if isinstance(error, DoesNotConform | Inconclusive):
            error = self.find_absence() or error
        was_stopped = self.stopped
        if isinstance(error, RunStopped) and not was_stopped:
            self.stopped = self._client.redaction.show_line(str(error))
        result = make_result(
            requirement,
            error,
            self._client,
            seconds=time.monotonic() - began,
            has_polled=self._client.has_polled,
        )
        # Through their frames they hold each other, and all that the run has met, until garbage is collected.
        if error is not None:
            traceback.clear_frames(error.__traceback__)
            del error
        if fault := result.at_fault:
            subject = result.subject or self._describe_subject(fault, result.member)
            shown = self._client.redaction.show_line(subject, LONGEST_LINE) if subject else None
            result = replace(result, subject=shown)
        # What came before a run was stopped can be wrong enough, and never proves that the rest would have been right.
        counts = not was_stopped or result.status == "failed" or result.is_our_fault
        return result if counts else result_not_asked(requirement, str(was_stopped))

    def find_absence(self) -> RunStopped | None:
        """Return what stops the run if the API is no longer there; None if it is, or if that is known already."""
        try:
            if not self.stopped:
                self._client.confirm_presence()
        except RunStopped as absence:
            return absence
        return None
