"""What `make cases` writes: the exam of the default seed, drawn anew.

Run as a module, this writes the file of each API.
"""

from __future__ import annotations

from pathlib import Path

import openapi
from conformance.generation.cases import COUNT, draw_anew, select_documented
from conformance.generation.stored_cases import digest_origin, locate_cases, render_cases


def fresh_text(api: str) -> str:
    """Draw the exam of *api* and return it as the file that it should have."""
    contract = select_documented(openapi.load_contract(api))
    return render_cases(draw_anew(contract).cases, digest_origin(contract, 0, COUNT))


def main() -> None:
    for api in openapi.api_names():
        file = Path(str(locate_cases(api)))
        file.write_text(fresh_text(api), encoding="utf-8")
        print(file.relative_to(Path.cwd()))


if __name__ == "__main__":
    main()
