"""What else is to be known about a run, in sentences: how its target was reached, and with what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from conformance.http.credentials.secret import Secret
from conformance.http.evidence import Exchange
from conformance.judge.result import Result
from conformance.target.profile import AnyTarget
from openapi.jwt import peek_claims

_A_RUN_TAKES_S = 60
_A_RUN_SENDS = 400  # requests


def describe_target(target: AnyTarget, now: datetime) -> list[str]:
    """Say what is to be known before the first request: of the certificate, and of credentials that end soon."""
    notes = []
    if target.tls and not target.tls.verify and target.base_url.startswith("https:"):
        notes.append(
            "the target's certificate was not verified, as tls.verify is false: anybody may have answered"
        )
    rate = target.patience.rate_per_s
    needed_s = max(_A_RUN_TAKES_S, _A_RUN_SENDS / rate if rate else 0)
    found = (_describe_end(secret, now, needed_s) for secret in target.lasting_secrets())
    return notes + [note for note in found if note]


def describe_repeats(repeats: Mapping[str, int], requests: int, exchanges: Sequence[Exchange]) -> list[str]:
    """Say how many of the *requests* of a run were sent again, since what they had met first is not judged."""
    notes = [
        f"{number} of {requests} requests {'was' if number == 1 else 'were'} {met} and sent again"
        for met, number in sorted(repeats.items())
    ]
    if writes := sum(one.may_be_second for one in exchanges):
        number, is_one = f"{writes} of those sent again", writes == 1
        notes.append(
            f"{number} {'is a write' if is_one else 'are writes'} that may have been carried out twice"
        )
    return notes


def describe_left_out(left_out: Sequence[str]) -> list[str]:
    """Say what of a contract is not asked."""
    return [f"not asked: {', '.join(left_out)}"] if left_out else []


def describe_undrawn(undrawn: Mapping[str, str]) -> list[str]:
    """Say of which operations of a contract no requests could be drawn."""
    return [f"not asked: {reason}" for reason in undrawn.values()]


def describe_made_up(how: Mapping[str, str], results: Sequence[Result]) -> list[str]:
    """Say how those credentials are made that curl lines of findings show and no environment has."""
    found = (result for result in results if result.status in ("failed", "inconclusive", "waived"))
    lines = "\n".join({exchange.curl for result in found for exchange in result.shown_evidence})
    return [explain_variable(name, text) for name, text in how.items() if f"${{{name}}}" in lines]


def explain_variable(name: str, text: str) -> str:
    """Say what a variable of curl lines has to be."""
    return f"{name} of a curl line is {text}"


def _describe_end(secret: Secret, now: datetime, needed_s: float) -> str | None:
    """Say when a JWT ends, if that is sooner than a run does; nothing of one that is fetched again."""
    end = (peek_claims(secret.reveal()) or {}).get("exp")
    if secret.is_renewable or not isinstance(end, int | float):
        return None
    left_s = end - now.timestamp()
    if left_s >= needed_s:
        return None
    try:
        day = f"{datetime.fromtimestamp(end, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        day = "long ago"
    if left_s <= 0:
        return f"{secret.key} expired at {day}, by the clock here; give one that is valid"
    return f"{secret.key} expires in {left_s:.0f} s, at {day}, and a run may take longer; give one that outlasts it"
