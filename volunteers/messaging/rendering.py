"""Wordings with their placeholders filled: text for e-mail, paragraphs for its HTML, one line for SMS. Pure.

Placeholders are names in braces and nothing more: no attributes, indexes or formats, so a wording can show only what
its kind offers.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from volunteers.messaging.kinds import Kind

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
LONGEST_SMS = 459  # three parts of 153 letters


class WordingError(Exception):
    """Why a wording cannot be used; fit to show to a person."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that stands on a line of its own."""

    label: str
    address: str


Block = Link | list[str]  # a button, or the lines of a paragraph


def check(kind: Kind, *texts: str) -> None:
    """Raises WordingError when one of `texts` names what this kind does not offer, or has a brace too many."""
    for text in texts:
        for name in PLACEHOLDER.findall(text):
            if name not in kind.placeholders:
                known = ", ".join(f"{{{one}}}" for one in kind.placeholders)
                raise WordingError(f"There is no {{{name}}} in this message. There are: {known}.")
        if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
            raise WordingError("There is a brace { or } too many. Braces are only for names such as {name}.")


def line(wording: str, facts: Mapping[str, str]) -> str:
    """A subject or a text message on one line, single-spaced."""
    return " ".join(_filled(wording, facts).split())


def short(wording: str, facts: Mapping[str, str]) -> str:
    """A text message of three parts at most: long facts are cut, links never, or they would lead nowhere."""
    for longest in (LONGEST_SMS, 160, 80, 40, 20):
        said = line(wording, {name: _cut(fact, longest) for name, fact in facts.items()})
        if len(said) <= LONGEST_SMS:
            return said
    return said[:LONGEST_SMS]


def text(kind: Kind, wording: str, facts: Mapping[str, str]) -> str:
    """The body as plain text. A link alone on its line is led by its label; lines left empty are left out."""
    return "\n\n".join(
        f"{block.label}: {block.address}" if isinstance(block, Link) else "\n".join(block)
        for block in blocks(kind, wording, facts)
    )


def blocks(kind: Kind, wording: str, facts: Mapping[str, str]) -> Iterator[Block]:
    """The body as paragraphs and buttons, in order."""
    paragraph: list[str] = []
    for raw in [*wording.splitlines(), ""]:
        link = _lone_link(kind, raw.strip(), facts)
        filled = _filled(raw, facts).strip()
        if filled and link is None:
            paragraph.append(filled)
        elif paragraph and (link is not None or not raw.strip()):
            yield paragraph
            paragraph = []
        if link is not None:
            yield link


def samples(kind: Kind) -> dict[str, str]:
    """Invented facts for a preview."""
    return {name: placeholder.sample for name, placeholder in kind.placeholders.items()}


def _cut(fact: str, longest: int) -> str:
    is_link = fact.startswith(("https://", "http://"))
    return fact if is_link or len(fact) <= longest else f"{fact[: longest - 3].rstrip()}..."


def _lone_link(kind: Kind, raw: str, facts: Mapping[str, str]) -> Link | None:
    found = PLACEHOLDER.fullmatch(raw)
    placeholder = kind.placeholders.get(found[1]) if found else None
    if found is None or placeholder is None or not placeholder.button or not facts.get(found[1]):
        return None
    return Link(placeholder.button, facts[found[1]])


def _filled(wording: str, facts: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: facts.get(found[1], ""), wording)
