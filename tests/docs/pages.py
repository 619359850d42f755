"""The pages of the documentation, and the blocks of code in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
# The generated pages under docs/requirements/ are no part of the checkout.
_FOLDERS = ("docs", "docs/stub", "docs/judge")
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "AGENTS.md", "CHANGELOG.md", "llms.txt")),
    *(page for folder in _FOLDERS for page in sorted((ROOT / folder).glob("*.md"))),
]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (\S+\.\w+)\n")


class Block(NamedTuple):
    """A block of code: its language, its text, and the output that a text block after it shows.

    file: the name in a comment on its first line; the block is saved under it, for the commands after it.
    """

    language: str
    text: str
    output: str | None
    file: str | None

    @property
    def is_for_make(self) -> bool:
        """Whether the block starts with make: that is about the checkout itself, and is tried without running it."""
        return self.text.startswith("make ")


def find_blocks(markdown: str) -> Iterator[Block]:
    """Yield the blocks of a page in order; a text block belongs to the block before it."""
    found = [(match[1], match[2]) for match in _BLOCK.finditer(markdown)]
    for (language, text), (next_language, output) in pairwise([*found, ("", "")]):
        if language != "text":
            file = _FILE.match(text)
            yield Block(language, text, output if next_language == "text" else None, file and file[1])


_WAITING = re.compile(r"^conformance: .*: waiting for the command .*\n", re.MULTILINE)


def matches_output(output: str, printed: str) -> bool:
    """Tell whether *printed* is *output*, where white space does not count and … stands for anything.

    What is said of a command that takes long depends on what else the machine does.
    """
    pattern = ".*".join(re.escape(_squeezed(part)) for part in output.split("…"))
    return re.fullmatch(pattern, _squeezed(_WAITING.sub("", printed)), re.DOTALL) is not None


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
