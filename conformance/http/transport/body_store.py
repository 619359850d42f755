"""The bodies of a run, which together may be larger than the memory: large ones wait in a file until they are read."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import threading
import weakref
import zlib
from collections import OrderedDict
from collections.abc import Callable
from typing import IO, Any

from conformance.assertions.outcome import RunStopped

_SMALL = 4096
_MOST_IN_MEMORY = (
    8 * 1024 * 1024
)  # bytes of larger bodies: to write a few to a file takes longer than it is worth
NOT_PARSED = object()
MOST_STORED = 512 * 1024 * 1024  # bytes of the file, in which bodies are compressed
_MOST_PARSED = 2 * 1024 * 1024  # bytes of the bodies whose values are kept; a value takes some times as much
_MOST_PARSED_SMALL = 1024 * 1024  # bytes of the small ones whose values stay with them


class KeptBody:
    """The body of a message. size: of the whole, in bytes. content: where it is small enough to stay in memory.

    value: of a small body, once it was parsed, if there was room for it. was_parsed: whether there has been one of
    another body, for which there is room again then.
    """

    def __init__(self, store: BodyStore, size: int, content: bytes | None = None) -> None:
        self.size = size
        self._store = store
        self._content = content
        self.value: Any = NOT_PARSED
        self.was_parsed = False

    def read(self) -> bytes:
        """Return the whole body."""
        return self._store.read(self) if self._content is None else self._content

    def parse(self, parse: Callable[[bytes], Any]) -> Any:
        """Return what *parse*, the same for all bodies of a run, makes of it."""
        # Small ones are most, and read again and again: their values stay with them. A contract of a thousand
        # operations has so many that there is no room for all.
        if self.value is NOT_PARSED:
            if self._content is None or self.size > _SMALL or not self._store.take_room_for_value(self.size):
                value = self._store.parse(self, parse)
                self.was_parsed = True
                if not isinstance(value, Exception):
                    return value
                # Why there is no value is small, and does not change.
                self.value = value
            else:
                self.value = parse(self._content)
        return self.value


class BodyStore:
    """Keeps the bodies of one run.

    most_bytes: of the file that large ones are written to. It has no name, and is gone when nobody knows the store.
    memory_bytes: of the large ones that come before those, and stay in memory.
    """

    def __init__(self, most_bytes: int = MOST_STORED, memory_bytes: int = _MOST_IN_MEMORY) -> None:
        self._most_bytes = most_bytes
        self._memory_bytes = memory_bytes
        self._file: IO[bytes] | None = None
        self._end = 0
        self._places: dict[KeptBody, tuple[int, int]] = {}  # where in the file, and how long it is there
        self._known: dict[bytes, KeptBody] = {}  # large ones by their digest: many targets repeat themselves
        self._last: tuple[KeptBody, bytes] | None = None  # what was read last is as a rule read again
        self._parsed: OrderedDict[KeptBody, Any] = OrderedDict()
        self._parsed_bytes = 0
        self._value_bytes = _MOST_PARSED_SMALL
        self._lock = threading.RLock()

    def keep(self, content: bytes) -> KeptBody:
        """Keep a body; raises RunStopped if there is no room for it."""
        if len(content) <= _SMALL or self._has_memory(len(content)):
            return KeptBody(self, len(content), content)
        digest = hashlib.sha256(content).digest()
        with self._lock:
            known = self._known.get(digest)
            if known is None:
                place = self._write(content)
                known = self._known[digest] = KeptBody(self, len(content))
                self._places[known] = place
            self._last = known, content
            return known

    def _has_memory(self, size: int) -> bool:
        """Take *size* bytes of memory if there are as many left."""
        with self._lock:
            has_memory = size <= self._memory_bytes
            self._memory_bytes -= size if has_memory else 0
            return has_memory

    def take_room_for_value(self, size: int) -> bool:
        """Take room for the value of a small body of *size* bytes; False if there is none left."""
        with self._lock:
            has_room = size <= self._value_bytes
            self._value_bytes -= size if has_room else 0
            return has_room

    def parse(self, body: KeptBody, parse: Callable[[bytes], Any]) -> Any:
        """Return what *parse*, always the same, makes of a body; the values of the latest ones are kept."""
        with self._lock:
            if body in self._parsed:
                self._parsed.move_to_end(body)
            else:
                self._forget_parsed(max(0, _MOST_PARSED - body.size))  # before there is one more
                self._parsed[body] = parse(body.read())
                self._parsed_bytes += body.size
            return self._parsed[body]

    def read(self, body: KeptBody) -> bytes:
        """Return a large body."""
        with self._lock:
            if self._last is None or self._last[0] is not body:
                self._last = None
                start, length = self._places[body]
                file = self._open_file()
                file.seek(start)
                self._last = body, zlib.decompress(file.read(length))
            return self._last[1]

    def _forget_parsed(self, most_bytes: int) -> None:
        while self._parsed and self._parsed_bytes > most_bytes:
            body, _ = self._parsed.popitem(last=False)
            self._parsed_bytes -= body.size

    def _write(self, content: bytes) -> tuple[int, int]:
        packed = zlib.compress(content, 1)
        start, end = self._end, self._end + len(packed)
        if end > self._most_bytes:
            most = f"{self._most_bytes // 1024**2} MiB"
            raise RunStopped(f"the target has answered more than the {most} of bodies that are kept in a run")
        try:
            file = self._open_file()
            file.seek(start)
            if file.write(packed) < len(packed):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise RunStopped(
                f"the answers cannot be kept in {tempfile.gettempdir()}: {error.strerror}; make room there, or name "
                "another folder in TMPDIR"
            ) from None
        self._end = end
        return start, len(packed)

    def _open_file(self) -> IO[bytes]:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="conformance-", buffering=0)  # noqa: SIM115 - closed by the next line
            weakref.finalize(self, self._file.close)
        return self._file
