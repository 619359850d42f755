"""Write the choices of the contracts into the README: ``python -m tests.readme.choices``."""

from __future__ import annotations

from pathlib import Path

import openapi

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- choices: written by `make choices` -->\n", "<!-- /choices -->"


def listed() -> str:
    """List every choice of every contract as Markdown."""
    lines = []
    for api in openapi.api_names():
        lines += [f"**{openapi.load_contract(api)['info']['title']}**", ""]
        lines += [f"- `{where}`: {why}" for where, why in openapi.list_choices(openapi.load_contract(api))]
        lines.append("")
    return "\n".join(lines)


def section(readme: str) -> str:
    """Cut what lies between the marks out of *readme*."""
    return readme.partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    README.write_text(text.replace(BEGIN + section(text), BEGIN + listed()), encoding="utf-8")
