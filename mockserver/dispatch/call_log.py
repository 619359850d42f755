"""The log: a line for each call as it is answered, for the person at the terminal."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator
from typing import TextIO

from mockserver.dispatch.exchange import Exchange
from mockserver.http.problems import PROBLEM_HEADER
from mockserver.http.response import Response
from mockserver.session.session import DEFAULT
from openapi.terminal_text import clean_line
from openapi.wording import count_things

# A line stays below four kilobytes, which a pipe with room at all takes without holding up the writer.
_LONGEST_TARGET = 300
_LONGEST_REMARK = 500
_DIM, _GREEN, _YELLOW, _RED, _PLAIN = "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[0m"


class CallLog:
    """Writes a line for each call to *stream*: when, what, the answer, how long it took, and what was special.

    It shows no credential, like the journal. What nobody reads is dropped rather than waited for.
    shows_successes: whether a call with which nothing is wrong has a line. shows_asides: whether what is no call of an
    API has one, too: the control plane, preflights, and what browsers ask by themselves.
    is_coloured: whether *stream* shows colours. seconds: the system's time, since that of a session may stand still.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        shows_successes: bool = True,
        shows_asides: bool = False,
        is_coloured: bool = False,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self.shows_asides = shows_asides
        self._shows_successes = shows_successes
        self._stream = stream
        self._is_coloured = is_coloured
        self._seconds = seconds
        self._poll = _make_poll(stream)
        self._dropped = 0

    def write(self, exchange: Exchange, response: Response | None, duration_s: float) -> None:
        """Write the line of a call; without a response if its connection was broken, or the answer has no end."""
        if not (exchange.is_recorded or self.shows_asides):
            return
        secrets = exchange.request.headers.secrets
        remarks = [
            _clean_text(secrets.redact_text(one), _LONGEST_REMARK)
            for one in _list_remarks(exchange, response)
        ]
        status = None if response is None else response.status
        if not self._shows_successes and not remarks and status is not None and status < 400:
            return
        request, operation = exchange.request, exchange.operation
        query = secrets.redact_query(request.query).decode("latin-1")
        path = secrets.redact_text(request.path)
        target = f"{path}?{query}" if query else path
        words = [
            self._paint(time.strftime("%H:%M:%S", time.localtime(self._seconds())), _DIM),
            request.method,
            _clean_text(target, _LONGEST_TARGET),
            self._paint(str(status or "none"), _choose_colour(status)),
        ]
        if operation is not None and exchange.near_miss is None:
            words.append(clean_line(operation.name))
        if exchange.session.id != DEFAULT:
            words.append(f"session {exchange.session.id}")
        words.append(self._paint(f"{duration_s * 1000:.1f} ms", _DIM))
        self._write_line(" ".join(words) + "".join(f" - {remark}" for remark in remarks))

    def _paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self._is_coloured else text

    def _write_line(self, line: str) -> None:
        if self._poll is not None and not self._poll(0):
            self._dropped += 1
            return
        if self._dropped:
            are = "is" if self._dropped == 1 else "are"
            line = (
                f"{count_things(self._dropped, 'call')} {are} not shown, since nobody read this log\n{line}"
            )
            self._dropped = 0
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        except (OSError, ValueError):  # the terminal, or who read the pipe, is gone
            self._poll = _always_full


def _clean_text(text: str, longest: int) -> str:
    """Take out of *text* what would command the terminal, and cut it."""
    text = clean_line(text)
    return text if len(text) <= longest else f"{text[:longest]}…"


def _list_remarks(exchange: Exchange, response: Response | None) -> Iterator[str]:
    """Yield what is special about a call: what was done on purpose, and what was wrong with it."""
    if exchange.effect is not None:
        yield f"simulated: {', '.join(exchange.effect.names)}"
    hints: list[str] = []
    name = PROBLEM_HEADER.lower().encode()
    if response is not None and name in response.head:
        hints = [value.decode("latin-1") for key, value in response.headers() if key == name]
    if exchange.near_miss is not None:
        nearest = str(exchange.near_miss)
        if not any(_write_as_header(nearest) in hint for hint in hints):
            yield f"nearest: {nearest}"
    elif exchange.problem is not None:
        yield exchange.problem.message
        # An answer whose body cannot say what is wrong does so in the header, before all else.
        said = _write_as_header(exchange.problem.message)
        hints = [hint.removeprefix(said).removeprefix("; ") for hint in hints]
    yield from filter(None, hints)


def _write_as_header(text: str) -> str:
    return " ".join(text.split()).encode("latin-1", "replace").decode("latin-1")


def _choose_colour(status: int | None) -> str:
    if status is None or status >= 500:
        return _RED
    return _YELLOW if status >= 400 else _GREEN


def _make_poll(stream: TextIO) -> Callable[[int], object] | None:
    """Make what tells whether *stream* takes a line at once; None where it always does."""
    try:
        poll = select.poll()
        poll.register(stream.fileno(), select.POLLOUT)
    except (AttributeError, OSError, ValueError):  # Windows, or no file
        return None
    return poll.poll


def _always_full(_: int) -> bool:
    return False
