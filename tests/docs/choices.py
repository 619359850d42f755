"""Write the choices of the contracts into docs/choices.md: ``python -m tests.docs.choices``."""

from __future__ import annotations

from pathlib import Path

import openapi
from openapi.choices import Choice, list_decisions

PAGE = Path(__file__).parents[2] / "docs/choices.md"
BEGIN, END = "<!-- choices: written by `make choices` -->\n", "<!-- /choices -->"


def list_choices() -> str:
    """List every choice of every contract as Markdown."""
    lines = []
    for api in openapi.api_names():
        lines += [f"**{openapi.load_contract(api)['info']['title']}**", ""]
        for place, what in list_decisions(openapi.load_contract(api)):
            lines += [f"- `{place}`: {what}"] if isinstance(what, str) else describe_choice(what)
        lines.append("")
    return "\n".join(lines)


def describe_choice(choice: Choice) -> list[str]:
    """List a choice with its alternatives, the default first."""
    names = sorted(choice.alternatives, key=lambda name: name != choice.default)
    return [
        f"- `{choice.place}`, **{choice.id}**: {choice.reason}",
        *(f"  - `{name}`: {choice.alternatives[name].text}" for name in names),
    ]


def cut_section(page: str) -> str:
    """Cut what lies between the marks out of *page*."""
    return page.partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text.replace(BEGIN + cut_section(text), BEGIN + list_choices()), encoding="utf-8")
    print(PAGE.relative_to(Path.cwd()))
