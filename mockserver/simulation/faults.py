"""Injected faults: rules, tried in order, that delay, refuse or break an answer."""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any, NamedTuple, cast

from mockserver.http.problems import Invalid, Violation
from mockserver.simulation.clock import Clock
from mockserver.simulation.match import Call, Match, NamedOperation


class ConnectionFault(StrEnum):
    """How a connection is broken, by WireMock's names where it has one."""

    CONNECTION_RESET_BY_PEER = "CONNECTION_RESET_BY_PEER"
    EMPTY_RESPONSE = "EMPTY_RESPONSE"
    MALFORMED_RESPONSE_CHUNK = "MALFORMED_RESPONSE_CHUNK"
    RANDOM_DATA_THEN_CLOSE = "RANDOM_DATA_THEN_CLOSE"
    TRUNCATED_BODY = "TRUNCATED_BODY"
    SLOW_DRIBBLE = "SLOW_DRIBBLE"


class Dribble(NamedTuple):
    """How a body trickles: in so many chunks over so many milliseconds."""

    chunks: int = 10
    total_ms: float = 1000


_DRIBBLE = Dribble()
# How many random bytes some faults send.
_NOISE_BYTES = {ConnectionFault.RANDOM_DATA_THEN_CLOSE: 128, ConnectionFault.MALFORMED_RESPONSE_CHUNK: 64}


@dataclass
class Effect:
    """What is done on purpose to one answer; at most one of status and connection_fault is set.

    names: what the journal lists. noise: the random bytes that the connection fault sends.
    """

    delay_ms: float = 0
    status: int | None = None
    retry_after_s: int | None = None
    connection_fault: ConnectionFault | None = None
    dribble: Dribble = _DRIBBLE
    names: tuple[str, ...] = ()
    noise: bytes = b""


class Fault:
    """One rule and how often it has fired.

    document: the rule as the control plane takes it.
    """

    def __init__(self, document: Mapping[str, Any], clock: Clock) -> None:
        self.document = document
        self._clock = clock
        self._match = Match(**document.get("match", {}))
        self._seen = 0
        self._fired = 0
        self._ends_s = clock.now_s() + document["ttl_s"] if "ttl_s" in document else math.inf
        quota = document.get("quota")
        self._quota = Quota(quota["limit"], quota["window_s"], clock) if quota else None

    def dump(self) -> list[Any]:
        """Dump the rule with its counters, for restore()."""
        ends_s = None if self._ends_s == math.inf else self._ends_s
        quota = self._quota.dump() if self._quota else None
        return [self.document, self._seen, self._fired, ends_s, quota]

    @classmethod
    def restore(cls, dumped: Sequence[Any], clock: Clock) -> Fault:
        """Make the rule of which this was dumped."""
        document, seen, fired, ends_s, quota = dumped
        fault = cls(document, clock)
        fault._seen, fault._fired = seen, fired
        fault._ends_s = math.inf if ends_s is None else ends_s
        if fault._quota is not None:
            fault._quota.restore(quota)
        return fault

    def fires(self, call: Call, operation: NamedOperation | None, dice: Random) -> bool:
        """Tell whether the rule acts on *call*, and count the call."""
        rule = self.document
        if self._fired >= rule.get("times", math.inf) or self._clock.now_s() >= self._ends_s:
            return False
        if not self._match.fits(call, operation):
            return False
        self._seen += 1
        if self._seen <= rule.get("after", 0):
            return False
        if rule.get("probability", 1) < 1 and dice.random() >= rule["probability"]:
            return False
        if self._quota is not None and self._quota.has_room():
            return False
        self._fired += 1
        return True

    def apply_to(self, effect: Effect, dice: Random) -> bool:
        """Add what the rule does to *effect*; tell whether no later rule counts."""
        rule = self.document
        effect.delay_ms += _delay_ms(rule.get("latency", {}), dice)
        if self._quota is not None:
            effect.status, effect.retry_after_s = 429, self._quota.retry_after_s()
            effect.names += ("quota",)
        elif "status" in rule:
            effect.status = rule["status"]
            effect.names += (f"status {rule['status']}",)
        elif "fault" in rule:
            effect.connection_fault = ConnectionFault(rule["fault"])
            effect.dribble = Dribble(**rule.get("dribble", {}))
            effect.names += (rule["fault"],)
        elif "latency" in rule:
            effect.names += ("latency",)
            return False
        return True


class Quota:
    """A number of calls in any window of time, by a session's clock."""

    def __init__(self, limit: int, window_s: float, clock: Clock) -> None:
        # Most stubs never need it, and it is slow to import.
        from pyrate_limiter import InMemoryBucket, Rate, RateItem

        self._clock = clock
        self._bucket = InMemoryBucket([Rate(limit, int(window_s * 1000) or 1)])
        self._new_item = RateItem
        self._item = RateItem("call", 0)

    def dump(self) -> list[int]:
        """Dump when the calls were that count, and last when the latest was, for restore()."""
        return [*(item.timestamp for item in self._bucket.items), self._item.timestamp]

    def restore(self, times_ms: Sequence[int]) -> None:
        """Count the calls that were dumped."""
        *counted, latest = (self._new_item("call", time_ms) for time_ms in times_ms)
        self._bucket.items, self._item = counted, latest

    def has_room(self) -> bool:
        """Count one more call if the window has room for it, and tell whether it has."""
        now_ms = int(self._clock.now_s() * 1000)
        if now_ms < self._item.timestamp:  # the clock was set back; earlier calls do not count
            self._bucket.flush()
        self._item = self._new_item("call", now_ms)
        self._bucket.leak(now_ms)
        return self._bucket.put(self._item)

    def retry_after_s(self) -> int:
        """Tell in how many whole seconds the window has room again."""
        return max(1, math.ceil(cast(int, self._bucket.waiting(self._item)) / 1000))


class Faults:
    """A session's rules, in the order in which they are tried."""

    __slots__ = ("_clock", "_dice", "_faults", "_seed")

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._seed = seed
        self._dice: Random | None = None
        self._faults: list[Fault] = []

    def __bool__(self) -> bool:
        return bool(self._faults)

    def replace(self, documents: Sequence[Mapping[str, Any]]) -> None:
        """Replace the rules; their counters start at zero.

        Raises Invalid for a rule without an effect or with two that exclude each other, and then changes nothing.
        """
        violations = [
            Violation(f"[{index}]", message)
            for index, rule in enumerate(documents)
            if (message := _rule_violation(rule)) is not None
        ]
        if violations:
            raise Invalid(violations)
        self._faults = [Fault(document, self._clock) for document in documents]

    def dump(self) -> list[Any]:
        """Dump the rules with their counters, for restore()."""
        return [fault.dump() for fault in self._faults]

    def restore(self, dumped: Sequence[Any]) -> None:
        """Go on with the rules that were dumped."""
        self._faults = [Fault.restore(one, self._clock) for one in dumped]

    def dump_dice(self) -> str | None:
        """Dump where the dice are, for restore_dice(); None before the first throw."""
        if self._dice is None:
            return None
        # Never a throw of gauss(), so its left-over is always None.
        _, words, _ = self._dice.getstate()
        return base64.b64encode(struct.pack(f"<{len(words)}I", *words)).decode()

    def restore_dice(self, dumped: str) -> None:
        """Go on after the throw before the dump."""
        packed = base64.b64decode(dumped)
        self.dice.setstate((Random.VERSION, struct.unpack(f"<{len(packed) // 4}I", packed), None))

    @property
    def dice(self) -> Random:
        """The source of chance; the same throws for the same seed."""
        # Made at the first throw: a generator takes 2.5 KB, and most sessions never throw.
        if self._dice is None:
            self._dice = Random(self._seed)  # noqa: S311 - reproducible on purpose, nothing secret
        return self._dice

    def reset_dice(self) -> None:
        """Begin again with the first throw."""
        self._dice = None

    def draw_noise(self, fault: ConnectionFault) -> bytes:
        """Draw the random bytes that a connection fault sends; none where it sends none."""
        return self.dice.randbytes(_NOISE_BYTES[fault]) if fault in _NOISE_BYTES else b""

    def documents(self) -> list[Mapping[str, Any]]:
        """List the rules as they were given."""
        return [fault.document for fault in self._faults]

    def find_effect(self, call: Call, operation: NamedOperation | None) -> Effect | None:
        """Combine what the rules do to *call*, or None if none fires."""
        effect = Effect()
        for fault in self._faults:
            if fault.fires(call, operation, self.dice) and fault.apply_to(effect, self.dice):
                break
        return effect if effect.names else None


def _rule_violation(rule: Mapping[str, Any]) -> str | None:
    effects = [name for name in ("status", "fault", "quota") if name in rule]
    if len(effects) > 1:
        return f"has both {effects[0]} and {effects[1]}; make two rules of it"
    if not effects and not rule.get("latency"):
        return "does nothing; give it a status, a fault, a latency or a quota"
    if "dribble" in rule and rule.get("fault") != ConnectionFault.SLOW_DRIBBLE:
        return "has a dribble, which is for the fault SLOW_DRIBBLE; leave it out, or name that fault"
    return None


def _delay_ms(latency: Mapping[str, Any], dice: Random) -> float:
    if "fixed_ms" in latency:
        return float(latency["fixed_ms"])
    if "uniform_ms" in latency:
        return dice.uniform(*latency["uniform_ms"])
    if "lognormal" in latency:
        median_ms, sigma = latency["lognormal"]["median_ms"], latency["lognormal"]["sigma"]
        return min(60_000.0, dice.lognormvariate(math.log(median_ms), sigma)) if median_ms else 0.0
    return 0.0
