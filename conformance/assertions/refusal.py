"""How a refusal is called where the document leaves open whether, and how, a request is refused."""

from __future__ import annotations

from conformance.assertions.outcome import Response


def name_refusal(answer: Response) -> str | None:
    """Name the alternative of a choice that *answer* is: ``refused-422``, ``redirect-308``; None if it was accepted.

    An answer of the server's failure is ``failed-500``, which no choice offers.
    """
    if 200 <= answer.status < 300:
        return None
    kind = "redirect" if answer.status < 400 else "refused" if answer.status < 500 else "failed"
    return f"{kind}-{answer.status}"
