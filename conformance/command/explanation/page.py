"""All requirements of an API as one page of Markdown, with contents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import openapi
from conformance.command.explanation.facts import LEVELS, Explanation, explain_requirements
from conformance.judge.suites import collect_requirements, reasons_not_asked

_NOT_ASKED = "What is not asked"


def render_requirements(apis: Sequence[str]) -> str:
    """Render the page of each API, one after the other."""
    return "\n".join(_render_page(api) for api in apis)


def _render_page(api: str) -> str:
    spec = openapi.load_contract(api)
    explained = explain_requirements(collect_requirements(api))
    under = {
        heading: [one for one in explained if one.requirement.heading == heading]
        for heading in openapi.list_headings(spec)
    }
    under = {heading: ones for heading, ones in under.items() if ones}
    reasons = reasons_not_asked(api)
    parts = [_render_introduction(api, explained), _render_contents(under, bool(reasons))]
    for heading, ones in under.items():
        parts += [f"## {heading}", f"From <{ones[0].url}>.", *map(_render_entry, ones)]
    if reasons:
        parts += [f"## {_NOT_ASKED}", _render_reasons(reasons)]
    return "\n\n".join(parts) + "\n"


def _render_introduction(api: str, explained: Sequence[Explanation]) -> str:
    document = openapi.load_contract(api)["info"]["x-document"]
    always = " and ".join(f"`{key}`" for key in explained[0].always)
    return f"""\
# Requirements of {api}

Written by `make docs`. `conformance explain ID` prints one of them.

The document is [{document["title"]}]({document["url"]}), read on {document["read"]}; SHA-256 of its text:
`{document["sha256"]}`.

| level | when |
|---|---|
{"".join(f"| {level} | {meaning} |" + chr(10) for level, meaning in LEVELS.items())}
Below a requirement stand the sentences that it rests on, word for word. A run needs {always} in the target profile;
without the other keys that a requirement needs, it is not tested. The mutants are servers that break the requirement,
and the judge has to fail them. The liberties are correct servers that do the same step in another way, and the judge
has to pass them."""


def _render_contents(under: Mapping[str, Sequence[Explanation]], has_reasons: bool) -> str:
    lines = ["## Contents", ""]
    for heading, ones in under.items():
        lines.append(f"- {_link_to(heading)}")
        lines += [f"  - {_link_to(one.requirement.id)} {one.requirement.level}" for one in ones]
    if has_reasons:
        lines.append(f"- {_link_to(_NOT_ASKED)}")
    return "\n".join(lines)


def _link_to(heading: str) -> str:
    # The anchor that GitHub and most other renderers make from a heading.
    anchor = re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
    return f"[{heading.rpartition('/')[2]}](#{anchor})"


def _render_entry(one: Explanation) -> str:
    lines = [
        f"### {one.requirement.id}",
        "",
        f"**{one.requirement.level}** {_escape_markdown(one.requirement.text)}",
        "",
        *_render_sentences(one),
    ]
    for name, fact in one.facts():
        if isinstance(fact, str):
            lines.append(f"- {name}: {_escape_markdown(fact)}")
        else:
            lines += [f"- {name}:", *(f"  - {_escape_markdown(item)}" for item in fact)]
    return "\n".join(lines)


def _render_sentences(one: Explanation) -> Iterator[str]:
    if not one.sentences:
        yield f"No sentence is quoted; it rests on {_escape_markdown(one.source)}."
        yield ""
    for sentence in one.sentences:
        where = f" ([{sentence.page}]({sentence.url}))" if sentence.page else ""
        yield f"> {_escape_markdown(sentence.text)}{where}"
        yield ""


def _render_reasons(reasons: Mapping[str, Mapping[str, str]]) -> str:
    return "\n".join(
        f"- {name}: {_escape_markdown(why)}" for kind in reasons.values() for name, why in kind.items()
    )


def _escape_markdown(words: str) -> str:
    return re.sub(r"([\\`*<\[|])", r"\\\1", words)
