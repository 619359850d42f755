"""A requirement: a test function whose docstring is its level, its text and its source.

``MUST answer 401 authentication_required to a write without a token. (onlyautomator: Error Codes)``

A paragraph after it may say how the document is read where that does not go without saying.
"""

from __future__ import annotations

import difflib
import fnmatch
import inspect
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

LEVELS = ("MUST", "SHOULD", "OBSERVED")
_SENTENCE = re.compile(
    r"(?P<level>[A-Z]+)\s(?P<text>.+?)\s\((?P<api>[^():]+): (?P<heading>[^()]+)\)(?:\n\n(?P<reading>.+))?",
    re.DOTALL,
)


class BadRequirement(ValueError):
    """A requirement is not written as one; the message names it and says what to write."""


class NoSuchRequirement(LookupError):
    """A glob matches no requirement; the message names the nearest."""


@dataclass(frozen=True)
class Requirement:
    """One thing the document asks of a server.

    reading: how the document is read, where its author said so. is_examined: whether it judges generated
    requests, so that it can be asked of any exam; its module says ``EXAMINED = True``. looks_back: whether it judges
    what the run has been answered so far, so that it can fail a run that was stopped; its module says
    ``LOOKS_BACK = True``.
    """

    id: str
    level: str
    text: str
    source: str
    function: Callable[..., Any] = field(compare=False, repr=False)
    reading: str | None = None
    is_examined: bool = False
    looks_back: bool = False

    @property
    def api(self) -> str:
        """The API that it is a requirement of."""
        return self.id.partition("/")[0]

    @property
    def name(self) -> str:
        """The id without the API."""
        return self.id.partition("/")[2]

    @property
    def heading(self) -> str:
        """The heading or page that its source names."""
        return self.source.partition(": ")[2]


def select_requirements(
    requirements: Sequence[Requirement], globs: Sequence[str], *, asked: str = "--only "
) -> list[Requirement]:
    """Return those whose id matches one of *globs*, all if there is none; the API's prefix may be left out.

    asked: what stands before a glob on the command line, for the complaint.
    Raises NoSuchRequirement if a glob matches nothing.
    """
    if not globs:
        return list(requirements)
    ids = [requirement.id for requirement in requirements]
    names = {*ids, *(requirement.name for requirement in requirements)}
    for glob in globs:
        if glob not in names and not any(fnmatch.fnmatchcase(name, glob) for name in names):
            raise NoSuchRequirement(f"{asked}{_describe_no_match(glob, ids)}")
    # One pattern, since there may be as many globs as requirements.
    matches = re.compile("|".join(map(fnmatch.translate, globs))).match
    return [one for one in requirements if matches(one.id) or matches(one.name)]


def leave_out_requirements(
    requirements: Sequence[Requirement], globs: Sequence[str], known: Sequence[Requirement]
) -> list[Requirement]:
    """Return those whose id matches none of *globs*.

    known: all that a glob may name, asked or not.
    Raises NoSuchRequirement if a glob matches nothing, or if nothing is left.
    """
    unwanted = select_requirements(known, globs, asked="--except ") if globs else []
    left = [one for one in requirements if one not in unwanted]
    if not left:
        raise NoSuchRequirement(f"--except {' '.join(globs)}: leaves nothing to ask; leave out less")
    return left


def _describe_no_match(glob: str, ids: Sequence[str]) -> str:
    apis = {id_.partition("/")[0] for id_ in ids}
    prefix, has_prefix, _ = glob.partition("/")
    if has_prefix and len(apis) == 1 and not fnmatch.filter(apis, prefix):
        return f"{glob}: what is asked is {apis.pop()}, as the profile says"
    if glob in apis:
        return f"{glob}: is an API and no requirement; '{glob}/*' names all that it has"
    short = {id_.partition("/")[2]: id_ for id_ in ids}
    names = difflib.get_close_matches(glob.partition("/")[2] or glob, short, n=3, cutoff=0.4)
    near = ", ".join(short[name] for name in names)
    hint = f"did you mean {near}?" if near else "`conformance list` prints them all"
    return f"{glob}: no requirement has such an id; {hint}"


def read_requirement(function: Callable[..., Any], api: str, headings: Sequence[str]) -> Requirement:
    """Read one requirement from its function.

    Raises BadRequirement if its docstring lacks a level, a text, or a source among *headings*.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    match = _SENTENCE.fullmatch(inspect.cleandoc(function.__doc__ or ""))
    if match is None or match["level"] not in LEVELS:
        raise BadRequirement(
            f"{name}: its docstring is not 'LEVEL text. ({api}: Heading)', LEVEL one of {LEVELS}"
        )
    heading = _join_lines(match["heading"])
    if match["api"] != api or heading not in headings:
        near = difflib.get_close_matches(heading, headings, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise BadRequirement(f"{name}: its source names no heading of {api}'s document or pages{hint}")
    return Requirement(
        id=f"{api}/{function.__name__.removeprefix('test_').replace('_', '-')}",
        level=match["level"],
        text=_join_lines(match["text"]),
        source=f"{api}: {heading}",
        function=function,
        reading=_join_lines(match["reading"]) if match["reading"] else None,
        is_examined=getattr(sys.modules.get(function.__module__), "EXAMINED", False),
        looks_back=getattr(sys.modules.get(function.__module__), "LOOKS_BACK", False),
    )


def _join_lines(text: str) -> str:
    return " ".join(text.split())


def check_unique_ids(requirements: Sequence[Requirement]) -> None:
    """Raise BadRequirement if two have one id."""
    ids = [requirement.id for requirement in requirements]
    for id_ in ids:
        if ids.count(id_) > 1:
            raise BadRequirement(f"{id_}: two requirements have this id; rename one")
