"""Several processes that serve one address, and the one that watches over them."""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

from mockserver.http.problems import CannotStart

_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Workers:
    """Runs *serve* in *count* processes; it is given the number of the process, and what to call once it answers.

    on_ready is called once all of them answer, on_stopped once none answers any more. One that ends by itself is
    replaced.
    """

    def __init__(
        self,
        count: int,
        serve: Callable[[int, Callable[[], None]], None],
        on_ready: Callable[[], None],
        on_stopped: Callable[[], None],
    ) -> None:
        self._count = count
        self._serve = serve
        self._on_ready = on_ready
        self._on_stopped = on_stopped
        # Each with its place in _answered.
        self._places: dict[int, int] = {}
        # Shared by all processes: 1 for a worker that has answered. One that ends sooner will do so the next time, too.
        self._answered = mmap.mmap(-1, count)
        self._ended_by: int | None = None
        self._ready = os.pipe()
        # Nothing is ever written to it: a worker that reads its end has lost the process that watches over it.
        self._lifeline = os.pipe()

    def run(self) -> None:
        """Run until a signal ends this process, and end by that signal.

        Raises CannotStart if a worker ends before it answers.
        """
        before = {number: signal.getsignal(number) for number in _ENDING}
        for number in _ENDING:
            if before[number] is not signal.SIG_IGN:
                signal.signal(number, self._end)
        for place in range(self._count):
            self._start(place)
        threading.Thread(target=self._announce, daemon=True).start()
        try:
            while self._places:
                self._watch()
        finally:
            self._end_all()
        self._on_stopped()
        if self._ended_by is not None:
            signal.signal(self._ended_by, signal.SIG_DFL)
            signal.raise_signal(self._ended_by)

    def _start(self, place: int) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self._answered[place] = 0
        worker = os.fork()
        if worker == 0:
            status = 1
            try:
                self._serve_until_signal(place)
                status = 0
            finally:
                # Without what this process would clean up, which belongs to the one that watches.
                os._exit(status)
        self._places[worker] = place
        if self._ended_by is not None:
            self._end_all()

    def _serve_until_signal(self, place: int) -> None:
        # While it serves, the server has handlers of its own. Before that, and after it, when the server raises the
        # signal again, there is nothing to be finished.
        for number in _ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: os._exit(0))
        if self._ended_by is not None:  # by a signal that came before these lines
            return
        os.close(self._lifeline[1])
        threading.Thread(target=self._end_when_alone, daemon=True).start()

        def tell_ready() -> None:
            self._answered[place] = 1
            os.write(self._ready[1], b".")

        self._serve(place, tell_ready)

    def _end_when_alone(self) -> None:
        os.read(self._lifeline[0], 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _announce(self) -> None:
        for _ in range(self._count):
            os.read(self._ready[0], 1)
        self._on_ready()

    def _watch(self) -> None:
        """Wait for a worker to end, and replace one that nobody told to."""
        worker, status = os.wait()
        place = self._places.pop(worker, None)
        if place is None or self._ended_by is not None:
            return
        how = f"by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "by itself"
        if not self._answered[place]:
            raise CannotStart(f"a worker ended {how} before it answered")
        print(f"mockserver: a worker ended {how}; another one takes its place", file=sys.stderr, flush=True)
        self._start(place)

    def _end(self, number: int, _: FrameType | None) -> None:
        self._ended_by = number
        self._end_all()

    def _end_all(self) -> None:
        for worker in self._places:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGTERM)
