"""The options of ``conformance run`` about waivers: which file is read, and what is written to it after the run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.command.errors import exit_with_usage_error, print_error

if TYPE_CHECKING:
    from conformance.judge.verdict import Verdict
    from conformance.judge.waiver import Waiver
    from conformance.suite.requirement import Requirement


@dataclass(frozen=True)
class WaiverOptions:
    """What the command line says of waivers: files, for new ones their owner and last day, and whether to prune."""

    read: Path | None
    write: Path | None
    owner: str | None
    expires: str | None
    prune: bool

    def check(self, fail_fast: bool) -> None:
        """Exit if the options do not go together, or if the file that is to be changed cannot be."""
        if self.write is None:
            for option, given in (("--owner", self.owner), ("--expires", self.expires)):
                if given is not None:
                    exit_with_usage_error(
                        f"{option}: is of new waivers; name their file with --write-waivers"
                    )
            if self.prune and self.read is None:
                exit_with_usage_error("--prune-waivers: name the file with --waivers")
        else:
            if self.read not in (None, self.write):
                exit_with_usage_error(
                    "--waivers: names another file than --write-waivers; keep one of the two"
                )
            if fail_fast:
                exit_with_usage_error("--fail-fast: would leave failures without a waiver; remove it")
            if not (self.owner or "").strip():
                exit_with_usage_error("--write-waivers: needs --owner, who answers for the failures")
            self._last_day()
        if self.file and (self.write or self.prune):
            folder = self.file.resolve().parent
            if self.file.exists() and not self.file.is_file():
                exit_with_usage_error(f"{self.file}: is no file; name one, or a new one in a folder")
            places = [folder, self.file] if self.file.exists() else [folder]
            if not all(os.access(one, os.W_OK) for one in places):
                exit_with_usage_error(f"{self.file}: cannot be written; name a file that can be")

    @property
    def file(self) -> Path | None:
        """The file of waivers."""
        return self.write or self.read

    def read_waivers(self, known: Sequence[Requirement]) -> list[Waiver]:
        """Return the waivers that hold in the run; raises BadWaivers if they cannot be used.

        known: every requirement that is judged.
        """
        from conformance.judge import waiver

        if self.file is None or (self.write and not self.write.exists()):
            return []
        waivers = waiver.read_waivers(self.file)
        if not self.prune:
            waiver.refuse_pointless_waivers(waivers, known)
        return waivers

    def update_file(
        self, verdict: Verdict, waivers: Sequence[Waiver], known: Sequence[Requirement]
    ) -> Iterator[str]:
        """Write to the file what is to be written after the run, and say so in lines."""
        from conformance.judge.waiver_file import change_waivers, find_needless_waivers, waive_failures

        if self.file is None or not (self.write or self.prune):
            return
        added = []
        if self.write:
            added = waive_failures(verdict, waivers, owner=str(self.owner), expires=self._last_day())
        removed = find_needless_waivers(verdict, waivers, known) if self.prune else []
        is_kept = True
        if added or removed:
            try:
                is_kept = change_waivers(self.file, added, removed)
            except OSError as error:
                print_error(f"{self.file}: cannot be written: {error.strerror}")
                return
        if not is_kept:
            yield f"{self.file}: written anew, for it was not a list with lines for each waiver; comments are lost"
        if self.write:
            yield f"{self.file}: {len(added)} waived from the next run on"
        if self.prune:
            yield f"{self.file}: removed {', '.join(removed) or 'nothing'}"

    def _last_day(self) -> date:
        if self.expires is None:
            exit_with_usage_error("--write-waivers: needs --expires, the last day on which the waivers hold")
        try:
            day = date.fromisoformat(self.expires)
        except ValueError:
            exit_with_usage_error(f"--expires {self.expires}: is not a day; write it as YYYY-MM-DD")
        if day < datetime.now(UTC).date():
            exit_with_usage_error(f"--expires {self.expires}: has passed; name a day to come")
        return day
