"""How a refusal is called where the document leaves open whether, and how, a request is refused."""

from __future__ import annotations

from conformance.assertions.outcome import Response


def name_refusal(answer: Response) -> str | None:
    """Name the alternative of a choice that *answer* is: ``refused-422``, ``redirect-308``; None if it was accepted."""
    if 200 <= answer.status < 300:
        return None
    return f"{'redirect' if answer.status < 400 else 'refused'}-{answer.status}"
