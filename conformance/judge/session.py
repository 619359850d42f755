"""One target under judgement, from the first request to the last, and the verdict that comes of it."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from conformance.assertions.outcome import Inconclusive, Outcome, RunStopped, Unjudgeable, Unreachable
from conformance.http.client import Client
from conformance.http.connection import HttpConnection
from conformance.http.pacing import BUSY_STATUSES
from conformance.http.redaction import Redaction
from conformance.http.response import Response
from conformance.judge import door, notes, waiver
from conformance.judge.engine import Engine
from conformance.judge.result import Result, describe_judge_error, result_not_asked
from conformance.judge.suites import Suite, read_ordinary_words, read_profile, suite_of
from conformance.judge.verdict import Verdict, deciding_levels
from conformance.judge.waiver import Waiver
from conformance.suite.mode import Mode
from conformance.suite.requirement import Requirement, leave_out_requirements, select_requirements
from conformance.suite.run import Run
from conformance.target.profile import AnyTarget, TargetProfile

_RESTORE_WITHIN_S = 5
_WAIT_BETWEEN_S = 0.5


class CannotRun(RuntimeError):
    """Judging is impossible, in this interpreter or of this target; the message says why."""


class TargetSession:
    """One target during one run: its client, its driver and the engine, for the length of a with block.

    wait_s: how long preflight waits for a target that is not there yet. remains: what the target did not let us put
    back, in a sentence.
    """

    def __init__(
        self,
        suite: Suite,
        seed: int = 0,
        mode: Mode = Mode.FULL,
        make_connection: Callable[..., HttpConnection] = HttpConnection,
        wait_s: float = 0,
    ) -> None:
        self.suite = suite
        self._wait_s = wait_s
        self._preflight_outcome: Outcome | None = None
        self._may_be_starting = False  # what preflight met last: nobody there, or a gateway without an API
        target = suite.target
        client = self.client = Client(
            target.base_url, make_redaction(suite), make_connection=make_connection, **client_options(target)
        )
        self.run = Run(lambda of_seed: suite.draw_cases(of_seed, client.check_budget, mode), seed, mode)
        self.driver = suite.make_driver(self.client, self.run)
        self.client.set_credential_probe(self.driver.make_credential_probe)
        self.engine = Engine(self.driver, self.client, suite.describe_subject)
        self.remains: str | None = None

    def __enter__(self) -> TargetSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def preflight(self) -> str | None:
        """Say what makes judging impossible; None if nothing does."""
        until = self.client.clock.monotonic() + self._wait_s
        while (trouble := self._ask_preflight()) and self._may_be_starting:
            left_s = until - self.client.clock.monotonic()
            if left_s <= 0:
                break
            self.client.forget_everything()
            try:
                self.client.pause(min(_WAIT_BETWEEN_S, left_s))
            except RunStopped as stop:
                return str(stop)
        self.client.outage_watch.forget_outage()  # a target that was starting need not shed load now
        self.client.watch_for_absence(self._describe_absence, self.driver.make_reach_probe)
        return trouble

    def _ask_preflight(self) -> str | None:
        self._may_be_starting, self._preflight_outcome = False, None
        try:
            with self.client.wait_for_gateway():
                self.driver.preflight()
        except (Unjudgeable, Unreachable, RunStopped) as trouble:
            self._may_be_starting = isinstance(trouble, Unreachable)
            is_page = isinstance(trouble, Unjudgeable) and any(
                one.is_page for one in self.client.responses[-1:]
            )
            return self.client.redaction.show_line(f"{trouble}{door.PAGE_HINT if is_page else ''}")
        except Outcome as outcome:
            self._preflight_outcome = outcome
            # Whatever else is wrong with the answer, a requirement says it with evidence.
            return self._describe_door(outcome)
        if self.run.mode.may_write:
            return self._describe_door()
        # Where nothing may be accepted, no later answer would tell the API from a proxy that refuses everything.
        try:
            self.describe_preflight()
        except CannotRun as trouble:
            return str(trouble)
        return None

    def _describe_door(self, outcome: Outcome | None = None) -> str | None:
        for response in self.client.responses[-1:]:
            if door.is_before_the_api(response, self.suite.may_answer(response)):
                self._may_be_starting = response.status in door.STARTING_STATUSES
                is_waited_at = response.status in door.WAITED_AT_STATUSES
                was_waited_for = is_waited_at and isinstance(outcome, Inconclusive)
                return self.client.redaction.show_line(
                    f"{door.describe_exchange(response)}; {outcome}"
                    if was_waited_for
                    else door.describe_answer(response)
                )
        return None

    def _describe_absence(self, response: Response) -> str | None:
        # A busy target is waited for, which tells more.
        is_busy = response.status in BUSY_STATUSES
        if is_busy or not door.is_before_the_api(response, self.suite.may_answer(response)):
            return None
        return f"{door.describe_exchange(response)}; look at what stands before it"

    def describe_preflight(self) -> str:
        """Say what preflight has shown.

        Raises CannotRun if it has shown no target that can be judged, though a run would judge it.
        """
        if not self.client.responses:
            nothing = "nothing was sent that would tell; the mode and the profile leave nothing to send"
            raise CannotRun(self.client.redaction.show_line(str(self._preflight_outcome or nothing)))
        response = self.client.responses[-1]
        shown = self.suite.describe_preflight(response, self.run.mode)
        if shown is None:
            raise CannotRun(self.client.redaction.show_line(door.describe_answer(response)))
        return f"{shown}; {self.client.redaction.show_line(door.describe_exchange(response))}"

    def ask_each(
        self,
        requirements: Sequence[Requirement],
        on_result: Callable[[Result], None],
        on_start: Callable[[Requirement], None],
    ) -> None:
        """Ask *requirements* in their order.

        on_start: called with each that is about to be asked. on_result: called with each result at once.
        """
        # Whatever filters our caller runs with, a library's warning is neither an outcome nor for the terminal.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for requirement in requirements:
                if not self.engine.stopped:
                    on_start(requirement)
                on_result(self.engine.ask(requirement))

    def count_accepted(self) -> int | None:
        """Return how many generated requests were accepted with a 2xx; None if they could not be sent."""
        if self.run.drawn is None:
            return None
        try:
            return sum(one.answer.ok for one in self.driver.case_results())
        except Outcome:
            return None

    def restore(self, hastily: bool = False) -> None:
        """Put things back as far as the target lets us; what it answers now is not judged.

        hastily: give up after a few seconds, since somebody waits.
        """
        # What the budget holds back is for this: a run whose time is used up still puts things back.
        self.client.budget.release_reserve()
        self.client.start_restoring()
        if hastily:
            self.client.budget.restart(_RESTORE_WITHIN_S)
        with suppress(Outcome):
            self.remains = self.driver.restore()


def make_redaction(suite: Suite) -> Redaction:
    """Make what keeps the credentials of a run out of all that is shown, and leaves the words of the API there."""
    return Redaction(partial(read_ordinary_words, suite))


def judge_target(
    profile: Path | Mapping[str, Any] | AnyTarget,
    *,
    only: Sequence[str] = (),
    leave_out: Sequence[str] = (),
    strict: bool = False,
    seed: int = 0,
    budget_s: float | None = None,
    wait_s: float = 0,
    mode: Mode = Mode.FULL,
    waivers: Sequence[Waiver] = (),
    fail_fast: bool = False,
    on_result: Callable[[Result], None] = lambda _: None,
    on_start: Callable[[Requirement], None] = lambda _: None,
    make_connection: Callable[..., HttpConnection] = HttpConnection,
) -> Verdict:
    """Judge the target of *profile* and return the verdict.

    only, leave_out: globs of requirement ids, none for all. strict: whether SHOULDs and gaps count. seed: of the exam.
    budget_s: for the whole run, instead of the profile's. wait_s: for a target that is not there yet.
    mode: how much may be done to the target.
    waivers: failures that do not count, until their day has passed or nothing is left to excuse.
    fail_fast: whether the first failure that decides the verdict ends the run.
    on_result: called with each result as soon as it is there. on_start: called with each requirement that is about
    to be asked. make_connection: what makes the HttpConnection that requests go out on.
    Raises BadProfile, NoSuchRequirement and CannotRun; whatever the target does ends in a verdict.
    """
    refuse_without_docstrings()
    target = profile if isinstance(profile, TargetProfile) else read_profile(profile)
    suite = suite_of(target if budget_s is None else with_budget(target, budget_s))
    known = suite.requirements()
    asked = leave_out_requirements(select_requirements(known, only), leave_out, known)
    left_out = suite.list_left_out()
    is_partial = bool(only or leave_out or left_out) or mode is not Mode.FULL
    musts = sum(one.level == "MUST" for one in known)
    verdict = Verdict(target.api, target.base_url, seed, is_partial, strict, mode, datetime.now(UTC), musts)
    began = time.monotonic()
    verdict.name, verdict.version = target.name, target.version
    verdict.left_out = left_out
    verdict.notes = notes.describe_target(target, verdict.started) + notes.describe_left_out(left_out)
    verdict.notes += suite.describe_gaps()
    verdict.document_sha256, verdict.documents = suite.document_sha256, suite.list_documents()
    with TargetSession(suite, seed, mode, make_connection, wait_s) as session:
        _collect_results(verdict, session, asked, waivers, fail_fast, on_result, on_start)
        undrawn = session.run.drawn.undrawn if session.run.drawn else {}
        verdict.is_partial = is_partial = is_partial or bool(undrawn)
        verdict.left_out = [*left_out, *undrawn]
        verdict.notes += notes.describe_undrawn(undrawn)
        verdict.notes += map(session.client.redaction.show_line, session.driver.describe_run())
        today = verdict.started.date()
        faults = waiver.list_waiver_faults(
            waivers,
            verdict.results,
            suite.known_requirements(),
            today,
            is_partial=is_partial,
            mode=mode,
        )
        verdict.waiver_faults = list(map(session.client.redaction.show, faults))
        verdict.notes += notes.describe_made_up(session.client.made_up_credentials, verdict.results)
        client = session.client
        verdict.notes += notes.describe_repeats(client.repeats, client.request_count, client.exchanges)
        verdict.notes += [session.client.redaction.show_line(session.remains)] if session.remains else []
        secrets = target.secrets()
        verdict.credential_commands = {one.name: one.shell for one in secrets if one.shell}
        verdict.credential_hints = {one.name: f"{one.key} of the profile" for one in secrets}
        verdict.credential_hints |= session.client.made_up_credentials
        verdict.requests = session.client.request_count
        verdict.exchanges = session.client.exchanges
        verdict.case_set = session.run.drawn
        # A stopped run may have drawn cases and not sent them: it sends nothing more now.
        verdict.cases_accepted = None if verdict.stopped else session.count_accepted()
    verdict.seconds = time.monotonic() - began
    return verdict


def refuse_without_docstrings() -> None:
    """Raise CannotRun under -OO, where requirements have lost their text."""
    if sys.flags.optimize >= 2:
        raise CannotRun("requirements are docstrings, which python -OO removes; run without -OO")


def with_budget(target: AnyTarget, budget_s: float) -> AnyTarget:
    """Return *target* with another budget for the whole run."""
    patience = target.patience.model_copy(update={"budget_s": budget_s})
    return target.model_copy(update={"patience": patience})


def client_options(target: AnyTarget) -> dict[str, Any]:
    """Return what a client of *target* is made with, beside its address."""
    return {
        "secrets": target.secrets(),
        "ssl_context": target.tls.make_context() if target.tls else None,
        "proxy": target.proxy,
        **target.patience.model_dump(exclude={"read_lag_s"}),  # requirements wait for that
    }


def _collect_results(
    verdict: Verdict,
    session: TargetSession,
    asked: Sequence[Requirement],
    waivers: Sequence[Waiver],
    fail_fast: bool,
    on_result: Callable[[Result], None],
    on_start: Callable[[Requirement], None],
) -> None:
    """Ask all there is to ask, and put the results and whatever stops the run into *verdict*."""

    def add(result: Result) -> None:
        # By the day on which the run began, so that one waiver holds for all of it.
        result = waiver.apply_waivers(result, waivers, verdict.started.date())
        if result.status == "waived":
            result = replace(result, reason=session.client.redaction.show(result.reason or ""))
        verdict.results.append(result)
        on_result(result)
        if (
            fail_fast
            and not verdict.stopped
            and (failed := verdict.ids("failed", *deciding_levels(verdict.is_strict)))
        ):
            # What looks back on the run is still asked, since that sends nothing.
            verdict.stopped = session.engine.stopped = f"--fail-fast, and {failed[0]} failed"

    try:
        verdict.stopped = session.preflight()
        if verdict.stopped is None:
            try:
                session.ask_each(asked, add, on_start)
                # What came last may have passed for the refusals of what stands before an API that is gone.
                if absence := session.engine.find_absence():
                    verdict.stopped = session.client.redaction.show_line(str(absence))
                    session.engine.stopped = verdict.stopped
            except KeyboardInterrupt:
                session.restore(hastily=True)  # a CI system follows its SIGTERM with a SIGKILL soon
                raise
            except Exception:
                session.restore()
                raise
            session.restore()
    except KeyboardInterrupt:
        verdict.was_interrupted = True
        verdict.stopped = "interrupted"
    except Exception as error:
        verdict.stopped = session.client.redaction.show_line(
            f"the judge itself failed: {describe_judge_error(error)}"
        )
    verdict.ended_by = session.engine.stopped
    for missing in asked[len(verdict.results) :]:
        verdict.results.append(result_not_asked(missing, str(verdict.stopped)))
