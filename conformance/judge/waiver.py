"""Waivers: failures that are known, and excused by somebody until a day.

A YAML file, a list of them::

    - id: onlyautomator/value-float
      reason: floats are rounded until the storage is replaced
      owner: ada@example.com
      expires: 2027-03-31          # the last day on which it holds, in UTC

One file may hold those of several APIs.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

import openapi
from conformance.judge.result import Result
from conformance.judge.suites import collect_requirements
from conformance.suite.mode import Mode
from conformance.suite.requirement import Requirement
from conformance.target.model import BadProfile, Model, describe_error
from conformance.target.yaml_file import read_yaml

_SAME_NAME = 0.7  # how alike an API's name has to be to be a slip of the pen


class BadWaivers(ValueError):
    """The file of waivers cannot be used; one line per thing that is wrong: what, where, what to do."""


class Waiver(Model):
    """One failure that is excused. expires: the last day on which it holds."""

    id: str
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    expires: date

    @property
    def api(self) -> str:
        """The API of its requirement."""
        return self.id.partition("/")[0]

    @field_validator("expires", mode="before")
    @classmethod
    def _parse_day(cls, given: Any) -> date:
        # Not isinstance, which takes a day with a time for a day.
        try:
            return given if type(given) is date else date.fromisoformat(given)
        except (TypeError, ValueError):
            raise PydanticCustomError("day", "is not a day; write it as YYYY-MM-DD") from None


def read_waivers(file: Path) -> list[Waiver]:
    """Read the waivers of *file*.

    Raises BadWaivers with a line for each thing that is wrong.
    """
    try:
        written = read_yaml(file, "a list of waivers")
    except BadProfile as error:
        raise BadWaivers(str(error)) from None
    if written is None and not file.read_text(encoding="utf-8").strip():
        raise BadWaivers(f"{file}: is empty; write [] if nothing is waived")
    if not isinstance(written, list | None) or not all(isinstance(one, dict) for one in written or ()):
        raise BadWaivers(f"{file}: is not a list of waivers; each has id, reason, owner and expires")
    waivers: list[Waiver] = []
    wrong: list[str] = []
    for number, one in enumerate(written or (), 1):
        try:
            waivers.append(Waiver.model_validate(one))
        except ValidationError as error:
            wrong += [f"{file}: waiver {number}: {describe_error(fault)}" for fault in error.errors()]
    ids = [one.id for one in waivers]
    wrong += [
        f"{file}: {id_}: has two waivers; remove one"
        for id_ in sorted({id_ for id_ in ids if ids.count(id_) > 1})
    ]
    if wrong:
        raise BadWaivers("\n".join(wrong))
    return waivers


def apply_waivers(result: Result, waivers: Sequence[Waiver], today: date) -> Result:
    """Return *result*, waived if it failed and a waiver excuses it *today*."""
    for one in waivers:
        if one.id == result.requirement.id and result.status == "failed" and today <= one.expires:
            reason = f"until {one.expires}, by {one.owner}: {one.reason}; {result.reason}"
            return replace(result, status="waived", reason=reason)
    return result


def list_waiver_faults(
    waivers: Sequence[Waiver],
    results: Sequence[Result],
    known: Sequence[Requirement],
    today: date,
    *,
    is_partial: bool,
    mode: Mode,
) -> list[str]:
    """Say of each waiver that no longer excuses anything what to do with it, in a sentence.

    known: every requirement of the API, asked or not; waivers of other APIs are left to their own runs. is_partial:
    whether the run asked less than it might have. mode: how much it might do to the target.
    """
    asked = {result.requirement.id: result for result in results}
    faults = list_pointless_waivers([one for one in waivers if one.id not in asked], known)
    for one in waivers:
        if one.id in asked:
            faults += _describe_stale(one, asked[one.id], today, is_partial=is_partial, mode=mode)
    return faults


def needs_no_waiver(result: Result, *, is_partial: bool, mode: Mode) -> bool:
    """Tell whether *result* shows that there is nothing left to excuse.

    is_partial: whether the run asked less than it might have: what looks back on it did not see the rest. mode: any but
    the full one leaves out some of what a requirement asks, and perhaps what it fails by.
    """
    if result.status == "observed":
        return True
    has_seen_all = mode is Mode.FULL and not (result.requirement.looks_back and is_partial)
    return result.status == "passed" and not result.rests_on_race and has_seen_all


def refuse_pointless_waivers(waivers: Sequence[Waiver], known: Sequence[Requirement]) -> None:
    """Raise BadWaivers if there are waivers that never excuse anything."""
    if faults := list_pointless_waivers(waivers, known):
        raise BadWaivers("\n".join(faults))


def list_pointless_waivers(waivers: Sequence[Waiver], known: Sequence[Requirement]) -> list[str]:
    """Say of each waiver that never excuses anything what to do with it: of no requirement, or of an OBSERVED one.

    known: every requirement of the API that is judged. Those of the other built-in APIs are known here; of an OpenAPI
    file that this run has nothing to do with, nobody knows any.
    """
    if not waivers:
        return []  # and so do not import the requirements of other APIs
    others = set(openapi.api_names()) - {one.api for one in known}
    everywhere = [*known, *(one for api in sorted(others) for one in collect_requirements(api))]
    levels = {one.id: one.level for one in everywhere}
    apis = {one.api for one in everywhere}
    faults = []
    for one in waivers:
        if one.id not in levels:
            if one.api not in apis and not difflib.get_close_matches(one.api, apis, cutoff=_SAME_NAME):
                continue
            near = difflib.get_close_matches(one.id, levels, n=1)
            hint = f", or did you mean {near[0]}?" if near else ""
            faults.append(f"{one.id}: has a waiver, and no requirement has this id; remove it{hint}")
        elif levels[one.id] == "OBSERVED":
            faults.append(f"{one.id}: has a waiver, and is OBSERVED, which never fails; remove it")
    return faults


def _describe_stale(
    waiver: Waiver, result: Result, today: date, *, is_partial: bool, mode: Mode
) -> list[str]:
    if needs_no_waiver(result, is_partial=is_partial, mode=mode):
        came = "passed" if result.status == "passed" else f"was {result.status}"
        return [f"{waiver.id}: {came}, and has a waiver by {waiver.owner}; remove the waiver"]
    if waiver.expires < today:
        return [
            f"{waiver.id}: its waiver by {waiver.owner} expired on {waiver.expires}; "
            "mend the server, or agree on a new day"
        ]
    return []
