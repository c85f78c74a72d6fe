"""Placeholders filled: text, paragraphs and buttons, one line, and a text message that is never too long."""

from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteers.messaging import rendering
from volunteers.messaging.kinds import KINDS, Kind
from volunteers.messaging.rendering import Link, WordingError

KIND = KINDS["morning"]
FACTS = {"name": "Fern", "title": "Canvassing", "directions": "", "check_in_link": "https://x.example/here/"}

plain = st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]), max_size=30)
facts_of_any_kind = st.fixed_dictionaries({}, optional=dict.fromkeys(KIND.placeholders, plain))


@st.composite
def wordings(draw: st.DrawFn, kind: Kind = KIND) -> str:
    """Words with placeholders of the kind among them, so that `check` lets them pass."""
    names = st.sampled_from([f"{{{name}}}" for name in kind.placeholders])
    return "".join(draw(st.lists(st.one_of(plain, names, st.just("\n")), max_size=20)))


def test_it_works() -> None:
    wording = "Hello {name},\n\n{title} today.\n{directions}\n\n{check_in_link}"
    assert rendering.text(KIND, wording, FACTS) == (
        "Hello Fern,\n\nCanvassing today.\n\nI'm here: https://x.example/here/"
    )
    assert list(rendering.blocks(KIND, wording, FACTS)) == [
        ["Hello Fern,"],
        ["Canvassing today."],
        Link("I'm here", "https://x.example/here/"),
    ]


def test_a_link_in_the_middle_of_a_line_is_no_button() -> None:
    assert list(rendering.blocks(KIND, "Go to {check_in_link} now", FACTS)) == [["Go to https://x.example/here/ now"]]


def test_a_link_right_under_a_line_ends_its_paragraph() -> None:
    found = list(rendering.blocks(KIND, "Hello\n{check_in_link}\nBye", FACTS))
    assert found == [["Hello"], Link("I'm here", "https://x.example/here/"), ["Bye"]]


def test_a_link_that_leads_nowhere_is_left_out() -> None:
    assert list(rendering.blocks(KIND, "Hello\n\n{cancel_link}", FACTS)) == [["Hello"]]


def test_a_line_whose_placeholder_is_empty_is_left_out() -> None:
    assert rendering.text(KIND, "One\n{directions}\nTwo", FACTS) == "One\nTwo"


def test_a_fact_with_braces_in_it_is_not_filled_again() -> None:
    assert rendering.line("{title}", {"title": "{name}", "name": "Fern"}) == "{name}"


@pytest.mark.parametrize("wrong", ["{nmae}", "{name", "name}", "{}", "{name }", "{na\nme}", "{{name}}", "{name:>9}"])
def test_what_the_kind_does_not_offer_is_refused(wrong: str) -> None:
    with pytest.raises(WordingError):
        rendering.check(KIND, "Hello {name}", wrong)


@given(st.text(max_size=60))
def test_a_check_passes_or_refuses_any_text(text: str) -> None:
    with suppress(WordingError):
        rendering.check(KIND, text)


@given(wordings(), facts_of_any_kind)
def test_checked_words_never_fail_and_leave_no_brace(wording: str, facts: Mapping[str, str]) -> None:
    rendering.check(KIND, wording)
    found = [rendering.text(KIND, wording, facts), rendering.line(wording, facts), rendering.short(wording, facts)]
    for said in found:
        assert "{" not in said
        assert "}" not in said
    for block in rendering.blocks(KIND, wording, facts):
        assert block.address if isinstance(block, Link) else all(block)


@given(wordings(), facts_of_any_kind)
def test_a_line_is_one_line(wording: str, facts: Mapping[str, str]) -> None:
    said = rendering.line(wording, facts)
    assert said.splitlines() in ([], [said])
    assert said == said.strip()


@given(wordings(), st.fixed_dictionaries({name: st.text("abc ", max_size=200) for name in KIND.placeholders}))
def test_a_text_message_has_three_parts_at_most(wording: str, facts: Mapping[str, str]) -> None:
    assert len(rendering.short(wording, facts)) <= rendering.LONGEST_SMS


def test_a_link_in_a_text_message_is_never_cut() -> None:
    """Found by reading: three long meeting points pushed the link past the end."""
    facts = {"name": "Fern", "next_sessions": "Sunday, the hall " * 40, "sessions_link": "https://x.example/sessions/"}
    said = rendering.short("Thank you, {name}. Next: {next_sessions} {sessions_link}", facts)
    assert said.endswith(" https://x.example/sessions/")
    assert len(said) <= rendering.LONGEST_SMS
    assert "Sunday, the hall" in said


def test_words_that_are_too_long_by_themselves_are_cut_at_the_end() -> None:
    assert rendering.short("x" * 500, FACTS) == "x" * rendering.LONGEST_SMS


def test_a_short_text_message_is_left_as_it_is() -> None:
    assert rendering.short("Hello {name}", FACTS) == "Hello Fern"
