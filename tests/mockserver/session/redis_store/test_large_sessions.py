"""What is large is read and written while others are served, here and in the process that learns of it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.http import exact_json
from mockserver.session.redis_store import stream_journal
from mockserver.session.redis_store.stream_journal import StreamJournal
from tests.testbed.session_caller import A_FAN

MANY = 3000
SMALL_BYTES = 32 * 1024


@pytest.fixture
def work(monkeypatch) -> Callable[[], tuple[int, int]]:
    """Tells how many bytes of JSON the loops of the stubs have read and written, and how many other threads have."""
    done: Counter[int] = Counter()
    loops: set[int] = set()

    def note(module: Any, name: str, measure: Callable[[Any, Any], int]) -> None:
        function = getattr(module, name)

        def called(given: Any, *rest: Any) -> Any:
            result = function(given, *rest)
            done[threading.get_ident()] += measure(given, result)
            return result

        monkeypatch.setattr(module, name, called)

    note(exact_json, "loads", lambda raw, _: len(raw))
    note(exact_json, "dumps", lambda _, written: len(written))
    note(stream_journal, "decode_call", lambda _, entry: 0 if entry is None else len(entry.content or b""))
    note(StreamJournal, "add", lambda *_: loops.add(threading.get_ident()) or 0)

    def count() -> tuple[int, int]:
        by_loops = sum(done[one] for one in loops)
        return by_loops, done.total() - by_loops

    return count


@pytest.fixture
def large(pair) -> dict[str, Any]:
    """A state that is large enough to keep others waiting."""
    state = pair[0].admin("GET", "state")
    state["onlyautomator"]["fans"] = [f"fan-{number}" for number in range(MANY)]
    return state


def test_large_state_and_snapshot_keep_nobody_waiting(pair, large, work):
    first, second = pair
    first.admin("PUT", "state", large)
    assert second.write({**A_FAN, "fanId": "fan-1"}).status_code == 200
    first.admin("PUT", "snapshots/one")
    first.admin("POST", "reset", {"scope": "state"})
    assert second.write({**A_FAN, "fanId": "fan-1"}).status_code == 404
    first.admin("POST", "snapshots/one/restore")
    assert second.admin("GET", "state")["onlyautomator"]["fans"] == large["onlyautomator"]["fans"]

    by_loops, by_others = work()
    assert by_others > 6 * MANY * len(b'"fan-1000"')
    assert by_loops < SMALL_BYTES


def test_long_journal_keeps_nobody_waiting(pair, work):
    body = {**A_FAN, "value": "v" * 100_000}
    for caller in (*pair, *pair):
        caller.write(body)
    before, _ = work()

    assert len(pair[1].journal()) == 4
    by_loops, by_others = work()
    assert by_others > 4 * 100_000
    assert by_loops - before < SMALL_BYTES
