"""Contracts that are edited while the stub serves them."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.command.settings import Settings
from mockserver.http.problems import CannotStart
from openapi.terminal_text import clean_line
from openapi.wording import count_things

if TYPE_CHECKING:
    from mockserver.http.connection import Application
    from mockserver.services.service import Service
    from mockserver.stub import Stub

logger = logging.getLogger(__name__)

_PAUSE_S = 0.5

# What tells an edited file from the one that was read: when it was written, and how large it is; None if it is gone.
_Mark = tuple[int, int] | None
_Marks = dict[Path, _Mark]


def check_watch_setting(settings: Settings, *, is_usual: bool) -> bool:
    """Tell whether edited contracts are read again.

    is_usual: whether they are where nobody said so.
    Raises CannotStart where somebody asks for it and it has no effect.
    """
    is_shared = settings.workers > 1 or settings.store is not None
    if settings.watch is None:
        return is_usual and bool(settings.spec) and not is_shared
    if settings.watch and not settings.spec:
        raise CannotStart("--watch watches the files of --spec; name one, or leave it out")
    if settings.watch and is_shared:
        raise CannotStart(
            "--watch does not go with --store: other processes would go on with the former contract"
        )
    return settings.watch


@contextmanager
def watch_contracts(stub: Stub) -> Iterator[Application]:
    """Yield the application that serves what *stub* serves, and the edited contracts from when they are edited on."""
    watch = ContractWatch(stub, _print_line)
    ended = threading.Event()
    # A daemon, so that nobody waits at the end for a large contract that is being read.
    threading.Thread(target=watch.run, args=(ended,), name="contract-watch", daemon=True).start()
    try:
        yield watch.application
    finally:
        ended.set()


class ContractWatch:
    """Looks whether the files of contracts were edited, and serves those that were anew.

    Sessions, journals and faults stay, and calls that are under way end as they began. A file that cannot be served
    changes nothing. tell: takes a line for the user.
    """

    def __init__(self, stub: Stub, tell: Callable[[str], None]) -> None:
        from mockserver.dispatch.replaceable import ReplaceableApplication

        self.stub = stub
        self.application = ReplaceableApplication(stub.application)
        self._tell = tell
        self._read = {service.name: _find_marks(_list_files(service)) for service in stub.services}
        self._seen = dict(self._read)

    def run(self, ended: threading.Event) -> None:
        """Look twice a second until *ended*."""
        while not ended.wait(_PAUSE_S):
            try:
                self.poll()
            except Exception:
                # Whatever it is, the next edit is looked at again.
                logger.exception("a contract could not be read again")

    def poll(self) -> None:
        """Serve anew each contract that was edited before the last look, and not since."""
        for service in self.stub.services:
            marks = _find_marks(list(self._read[service.name]))
            # Of a file that is being written only the beginning may be there.
            is_quiet, self._seen[service.name] = marks == self._seen[service.name], marks
            if is_quiet and marks != self._read[service.name]:
                self._read[service.name] = marks
                self._reload(service)

    def _reload(self, service: Service) -> None:
        from mockserver.services import openapi_file

        try:
            new = openapi_file.reload_service(service)
            stub = self.stub.replace_services([new if one is service else one for one in self.stub.services])
        except CannotStart as error:
            said = str(error).removeprefix(f"{service.file}: ")
            self._tell(f"{service.file}: {said}; the former contract is served")
            return
        self.stub, self.application.current = stub, stub.application
        marks = self._read[service.name]
        self._read[service.name] = self._seen[service.name] = {
            file: marks[file] if file in marks else _find_mark(file) for file in _list_files(new)
        }
        operations = sum(one.api == service.name for one in stub.operations)
        flaws = sum(one["api"] == service.name for one in stub.list_flaws())
        counts = [count_things(operations, "operation"), *([count_things(flaws, "flaw")] if flaws else [])]
        self._tell(f"{service.file}: was edited and is served anew, {', '.join(counts)}")


def _list_files(service: Service) -> Sequence[Path]:
    return [] if service.document is None else service.document.files


def _find_marks(files: Sequence[Path]) -> _Marks:
    return {file: _find_mark(file) for file in files}


def _find_mark(file: Path) -> _Mark:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _print_line(line: str) -> None:
    if sys.stderr is not None:
        print(f"mockserver: {clean_line(line)}", file=sys.stderr, flush=True)
