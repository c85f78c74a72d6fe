"""Every kind of message has its words, its writer and its place in the docs."""

import re
from pathlib import Path

import pytest

from volunteers.messaging import rendering
from volunteers.messaging.composing import COMPOSERS
from volunteers.messaging.default_wordings import DEFAULTS
from volunteers.messaging.kinds import KINDS, Aim, Channel, Kind
from volunteers.messaging.models import Message

DOCS = (Path(__file__).resolve().parent.parent.parent / "docs" / "messages.md").read_text()
ALL = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def test_kinds_words_and_writers_are_the_same_set() -> None:
    assert set(KINDS) == set(DEFAULTS) == set(COMPOSERS)


@ALL
def test_the_default_words_name_only_what_the_kind_offers(kind: Kind) -> None:
    text = DEFAULTS[kind.name]
    rendering.check(kind, text.subject, text.body, text.sms)


@ALL
def test_the_default_words_fit(kind: Kind) -> None:
    text, facts = DEFAULTS[kind.name], rendering.samples(kind)
    assert 0 < len(rendering.line(text.subject, facts)) <= 150
    assert rendering.text(kind, text.body, facts)
    assert bool(text.sms) == (Channel.SMS in kind.channels)
    assert len(rendering.line(text.sms, facts)) <= rendering.LONGEST_SMS


@ALL
def test_every_link_of_the_default_words_is_a_button(kind: Kind) -> None:
    links = {block.label for block in rendering.blocks(kind, DEFAULTS[kind.name].body, rendering.samples(kind))
             if isinstance(block, rendering.Link)}  # fmt: skip
    named = re.findall(r"{(\w+_link)}", DEFAULTS[kind.name].body)
    assert links == {kind.placeholders[name].button for name in named}


@ALL
def test_it_fits_the_columns(kind: Kind) -> None:
    assert len(kind.name) <= (Message._meta.get_field("kind").max_length or 0)


@ALL
def test_it_stands_in_the_docs_as_it_is(kind: Kind) -> None:
    row = re.search(rf"^\| `{kind.name}` \| (.+) \|$", DOCS, re.MULTILINE)
    assert row, f"{kind.name} is a kind of message: list it in docs/messages.md."
    label, _, aim, channels, useful, can_stop, any_hour = row[1].split(" | ")
    ways = {Channel.EMAIL: "e-mail", Channel.SMS: "text"}
    assert label == kind.label
    assert aim == kind.aim.value
    assert channels == ", ".join(ways[channel] for channel in kind.channels)
    assert useful == kind.useful
    assert can_stop == ("yes" if kind.can_stop else "no")
    assert any_hour == ("yes" if kind.any_hour else "no")


def test_the_docs_list_no_kind_that_is_none() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)` \|", DOCS, re.MULTILINE)) == set(KINDS)


def test_whatever_asks_for_more_can_be_stopped_and_waits_for_the_day() -> None:
    for kind in KINDS.values():
        if kind.aim == Aim.RECRUITMENT:
            assert kind.can_stop
            assert not kind.any_hour


@ALL
def test_a_service_message_does_not_promote(kind: Kind) -> None:
    """Privacy and Electronic Communications Regulations 2003, reg 22: a service message that asks for more is none."""
    text = DEFAULTS[kind.name]
    said = f"{text.subject} {text.body} {text.sms}".lower()
    if kind.aim == Aim.SERVICE:
        for word in ("friend", "still need", "vote for", "donat", "come again", "next session"):
            assert word not in said
