"""What is wrong with contracts of one's own: ``mockserver check FILE``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple, cast

from mockserver.auth.token_keys import LOCAL_SUPABASE, TokenKeys
from mockserver.auth.tokens import read_jwt_secret
from mockserver.services import openapi_file
from mockserver.services.compilation import Compiler
from mockserver.services.flaws import find_late_flaws
from mockserver.services.misfits import find_misfits
from openapi.document import Document, Flaw
from openapi.text_file import read_utf_8
from openapi.wording import count_things
from openapi.yaml_text import find_lines

_MOST_ALIKE = 3  # that are shown of one kind
# Why a value does not fit, and what a member may have been meant to be, differ from flaw to flaw.
_REASON = re.compile(r"(does not fit its schema|has no effect)[:;] .*")
_VALUE = re.compile(
    r"\"[^\"]*\"|'[^']*'|\S*[#/]\S*|\b\d+\b|(?<=^the example )\S+|(?<=the variable )\S+|^\w+(?= in \w+ is)"
)


class CheckedContract(NamedTuple):
    """What there is to say of a contract, a flaw a line and a summary, and how many flaws it has."""

    lines: list[str]
    flaws: int


def check_contract(file: Path, *, shows_all: bool = True) -> CheckedContract:
    """Read the contract in *file*, compile all of its operations, and list every flaw with its place.

    shows_all: whether flaws that are like others are shown, instead of their number.
    Raises CannotStart for what is no OpenAPI.
    """
    service = openapi_file.load_service(file)
    compiler = Compiler("off", TokenKeys(read_jwt_secret(), LOCAL_SUPABASE), verify_hmac=False)
    operations = compiler.compile_service(service)
    document = cast(Document, service.document)  # which every contract in a file has
    # A response to which several operations refer is looked at for each.
    found = chain(find_late_flaws(service.spec, operations), find_misfits(service.spec))
    flaws = [*document.flaws, *dict.fromkeys(map(document.locate_flaw, found))]
    dropped = len(document.unusable) + sum(one.flaw is not None for one in operations)
    summary = [
        f"{'Swagger' if document.version.startswith('2') else 'OpenAPI'} {document.version}",
        f"{count_things(len(operations) - dropped, 'operation')} served",
        *([f"{dropped} answered 501"] if dropped else []),
        count_things(len(flaws), "flaw") if flaws else "no flaw",
    ]
    by_file: dict[Path, list[Flaw]] = {}
    for flaw in flaws:
        by_file.setdefault(flaw.file or file, []).append(flaw)
    lines = [
        line for read, found in by_file.items() for line in _list_lines(read, found, shows_all=shows_all)
    ]
    return CheckedContract([*lines, f"{file}: {', '.join(summary)}"], len(flaws))


def _list_lines(file: Path, flaws: Sequence[Flaw], *, shows_all: bool) -> Iterator[str]:
    """Write a line for each flaw, in the order in which they stand in the file; of many like ones for the first."""
    numbers = {} if shows_all else Counter(describe_kind(flaw) for flaw in flaws)
    seen = Counter[str]()
    for line, flaw in _list_numbered(file, flaws):
        kind = describe_kind(flaw)
        seen[kind] += 1
        more = numbers.get(kind, 0) - _MOST_ALIKE
        if more <= 1 or seen[kind] <= _MOST_ALIKE:
            yield line
        if more > 1 and seen[kind] == _MOST_ALIKE:
            yield f"{file}: and {more} more like it; --all shows them"


def describe_kind(flaw: Flaw) -> str:
    """Give what flaws of one kind have in common: the message without names and values of the contract."""
    return _VALUE.sub("…", _REASON.sub(r"\1", flaw.message))


def _list_numbered(file: Path, flaws: Sequence[Flaw]) -> Iterator[tuple[str, Flaw]]:
    # To find the lines takes as long as to read the file.
    numbers = find_lines(read_utf_8(file), [flaw.place for flaw in flaws])
    numbered = zip(numbers, flaws, strict=True)
    for number, flaw in sorted(numbered, key=lambda pair: (pair[0] or 0, str(pair[1]))):
        yield f"{file}:{number}: {flaw}" if number else f"{file}: {flaw}", flaw
