"""Who may see what: every address of the site, and what each kind of person gets there.

A new address needs one line in TABLE. OK is shown, ON goes on to another page, IN goes to the sign-in page, NO is
refused, GONE is let in and finds nothing (there is no row with that number), REFUSED is a link that opens nothing,
TOKEN wants a walk's token, whoever is signed in. An address that takes POST only says `method="post"`, since a GET is
turned away before anybody is asked for a role; `body` is what it is sent, as JSON.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.timezone import now

from campaign.access import Role
from campaign.foundation.signed_links import sign
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AllocationFactory, houses, walk_of
from tests.factories.sessions import BookingFactory, MessageFactory, SessionFactory, person
from tests.factories.volunteers import UserFactory
from volunteers.messaging.composing import COMPOSERS, Obsolete
from volunteers.messaging.kinds import KINDS
from volunteers.people.models import Volunteer
from volunteers.referrals import links
from volunteers.sessions import calendar
from volunteers.sessions.links import BOOKING, MEETING_POINT

pytestmark = pytest.mark.django_db

OK, ON, IN, NO, GONE, REFUSED, TOKEN = 200, 302, 302, 403, 404, 410, 401
PEOPLE = ("nobody", Role.VOLUNTEER, Role.TELLER, Role.ORGANISER, Role.AGENT)


@dataclass(frozen=True)
class Row:
    """One address: its name, and the status for nobody, a volunteer, a teller, an organiser and an agent."""

    name: str
    statuses: tuple[int, int, int, int, int]
    kwargs: dict[str, Any] = field(default_factory=dict)
    method: str = "get"
    body: dict[str, Any] | None = None


def row(name: str, /, *statuses: int, method: str = "get", body: dict[str, Any] | None = None, **kwargs: Any) -> Row:
    nobody, volunteer, teller, organiser, agent = statuses
    return Row(name, (nobody, volunteer, teller, organiser, agent), kwargs, method, body)


TABLE = [
    #   name                             nobody volunteer teller organiser agent
    row("home", OK, OK, OK, OK, OK),
    row("privacy", OK, OK, OK, OK, OK),
    row("health", OK, OK, OK, OK, OK),
    row("theme-css", OK, OK, OK, OK, OK),
    row("start", ON, ON, ON, ON, ON),
    row("account_login", OK, ON, ON, ON, ON),
    row("account_request_login_code", OK, ON, ON, ON, ON),
    row("account_confirm_login_code", IN, ON, ON, ON, ON),
    row("account_signup", OK, ON, ON, ON, ON),
    row("account_logout", ON, ON, ON, ON, ON, method="post"),
    row("volunteers:sign-in-link", REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, token="forged"),
    row("volunteers:who", IN, OK, OK, OK, OK),
    row("volunteers:join", OK, OK, OK, OK, OK),
    row("volunteers:join-by", OK, OK, OK, OK, OK, code="invented"),
    row("volunteers:joined", ON, ON, ON, ON, ON),
    row("volunteers:guardian", REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, token="forged"),
    row("volunteers:booking", REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, token="forged"),
    row("volunteers:confirm", REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, token="forged"),
    row("volunteers:cancel", REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, token="forged"),
    row("volunteers:check-in", REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, token="forged"),
    row("volunteers:meeting-point", REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, token="forged"),
    row("volunteers:calendar-feed", GONE, GONE, GONE, GONE, GONE, token="forged"),
    row("volunteers:stop", REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, name="next_ask", token="forged"),
    row("volunteers:sessions", IN, ON, ON, ON, ON),
    row("volunteers:session", IN, ON, ON, ON, ON, pk=0),
    row("volunteers:book", IN, GONE, GONE, GONE, GONE, method="post", pk=0),
    row("volunteers:cancel-mine", IN, ON, ON, ON, ON, method="post", pk=0),
    row("volunteers:session-calendar", IN, GONE, GONE, GONE, GONE, pk=0),
    row("volunteers:session-list", IN, GONE, GONE, GONE, GONE, pk=0),
    row("volunteers:meeting-point-code", IN, GONE, GONE, GONE, GONE, pk=0),
    row("volunteers:mark", IN, GONE, GONE, GONE, GONE, method="post", pk=0, booking=0, act="here"),
    row("volunteers:walk-up", IN, GONE, GONE, GONE, GONE, method="post", pk=0),
    row("volunteers:sign-in-code", IN, GONE, GONE, GONE, GONE, method="post", pk=0, booking=0),
    row("me", IN, ON, ON, ON, ON),
    row("notices", IN, ON, ON, ON, ON, method="post"),
    row("my-calendar", IN, ON, ON, ON, ON, method="post"),
    row("friends", IN, ON, ON, ON, ON, method="post"),
    row("my-data", IN, ON, ON, ON, ON, method="post"),
    row("delete-me", IN, ON, ON, ON, ON),
    row("volunteers:plan-sessions", IN, NO, NO, OK, OK),
    row("volunteers:new-session", IN, NO, NO, OK, OK),
    row("volunteers:plan-session", IN, NO, NO, GONE, GONE, pk=0),
    row("volunteers:change-session", IN, NO, NO, GONE, GONE, pk=0),
    row("volunteers:put-in", IN, NO, NO, GONE, GONE, method="post", pk=0),
    row("volunteers:take-out", IN, NO, NO, GONE, GONE, method="post", pk=0, booking=0),
    row("call-off", IN, NO, NO, GONE, GONE, method="post", pk=0),
    row("volunteers", IN, NO, NO, OK, OK),
    row("reveal-volunteer", IN, NO, NO, GONE, GONE, method="post", pk=0),
    row("duplicates", IN, NO, NO, OK, OK),
    row("volunteers:join-links", IN, NO, NO, OK, OK),
    row("volunteers:join-link", IN, NO, NO, GONE, GONE, pk=0),
    row("volunteers:outbox", IN, NO, NO, OK, OK),
    row("volunteers:try-again", IN, NO, NO, ON, ON, method="post"),
    row("volunteers:wordings", IN, NO, NO, NO, OK),
    row("volunteers:wording", IN, NO, NO, NO, OK, name="booked"),
    row("volunteers:people", IN, NO, NO, NO, OK),
    row("organise", IN, NO, NO, OK, OK),
    row("details", IN, NO, NO, NO, OK),
    row("deadlines", IN, NO, NO, NO, OK),
    row("areas", IN, NO, NO, NO, OK),
    row("districts", IN, NO, NO, NO, OK),
    row("audit", IN, NO, NO, NO, OK),
    row("streets", IN, NO, NO, OK, OK),
    row("street-edit", IN, NO, NO, GONE, GONE, pk=0),
    row("door-edit", IN, NO, NO, GONE, GONE, pk=0),
    row("review", IN, NO, NO, NO, OK),
    row("review-answer", IN, NO, NO, NO, GONE, method="post", pk=0),
    row("canvassing:walks", IN, NO, NO, OK, OK),
    row("canvassing:cut-walks", IN, NO, NO, ON, ON, method="post"),
    row("canvassing:walk", IN, NO, NO, GONE, GONE, pk=0),
    row("canvassing:hand-out", IN, NO, NO, GONE, GONE, method="post", pk=0),
    row("canvassing:hand-back", IN, NO, NO, GONE, GONE, method="post", pk=0),
    row("canvassing:take-back", IN, NO, NO, GONE, GONE, method="post", pk=0),
    row("canvassing:extend", IN, NO, NO, GONE, GONE, method="post", pk=0),
    row("canvassing:make-code", IN, NO, NO, GONE, GONE, method="post", pk=0),
    row("canvassing:my-walks", IN, ON, NO, ON, ON),
    row("canvassing:open-on-phone", IN, GONE, NO, GONE, GONE, method="post", pk=0),
    row("canvassing:give-back", IN, GONE, NO, GONE, GONE, method="post", pk=0),
    row("canvassing:phone", OK, OK, OK, OK, OK),
    row("canvassing:register", IN, NO, NO, NO, OK),
    row("canvassing:register-run", IN, NO, NO, NO, GONE, pk=0),
    row("canvassing:register-start", IN, NO, NO, NO, GONE, method="post", pk=0),
    row("canvassing:streets", IN, NO, NO, NO, OK),
    row("canvassing:register-confirm", IN, NO, NO, NO, GONE, method="post", pk=0),
    row("canvassing:register-cancel", IN, NO, NO, NO, GONE, method="post", pk=0),
    row("canvassing:register-columns", IN, NO, NO, NO, GONE, pk=0),
    row("canvassing:absent", IN, NO, NO, NO, OK),
    row("canvassing:absent-columns", IN, NO, NO, NO, ON, method="post"),
    row("undo-import", IN, NO, NO, NO, GONE, method="post", pk=0),
    row("canvassing:coverage", IN, NO, NO, OK, OK),
    row("canvassing:district", IN, NO, NO, GONE, GONE, pk=0),
    row("canvassing:district-ward", IN, NO, NO, GONE, GONE, method="post", pk=0),
    row("canvassing:browse", IN, NO, NO, OK, OK),
    row("canvassing:street", IN, NO, NO, GONE, GONE, pk=0),
    row("canvassing:door", IN, NO, NO, GONE, GONE, pk=0),
    row("canvassing:no-contact", IN, NO, NO, GONE, GONE, method="post", pk=0),
    row("canvassing:contact-again", IN, NO, NO, GONE, GONE, method="post", pk=0),
    row("canvassing:quality", IN, NO, NO, OK, OK),
    row("canvassing:oddities", IN, NO, NO, OK, OK, slug="gaps"),
    row("api:openapi-json", OK, OK, OK, OK, OK),
    row("api:api-root", GONE, GONE, GONE, GONE, GONE),
    row("api:redeem", TOKEN, GONE, NO, GONE, GONE, method="post", body={"code": "NOTACODE"}),
    row("api:walk", TOKEN, TOKEN, TOKEN, TOKEN, TOKEN),
    row("api:what_changed", TOKEN, TOKEN, TOKEN, TOKEN, TOKEN),
    row("api:state", TOKEN, TOKEN, TOKEN, TOKEN, TOKEN),
    row("api:events", TOKEN, TOKEN, TOKEN, TOKEN, TOKEN, method="post", body={"events": []}),
    row("api:close", TOKEN, TOKEN, TOKEN, TOKEN, TOKEN, method="post", body={"count": 0}),
]


def addresses(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    """Every pattern below `resolver` with its full name; one without a name goes by its path."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from addresses(pattern, inner)
        else:
            yield ":".join((*namespaces, pattern.name or f"unnamed {pattern.pattern}")), pattern


def test_every_address_stands_in_the_table() -> None:
    there = {name for name, _ in addresses(get_resolver())}
    listed = {line.name for line in TABLE}
    assert there - listed == set(), "addresses without a line in TABLE"
    assert listed - there == set(), "lines in TABLE without an address"
    assert len(listed) == len(TABLE), "an address stands twice in TABLE"


def test_every_page_says_who_may_open_it() -> None:
    """Pages carry `@needs` or `@open_to_all`; the JSON API is closed by its own tokens."""
    silent = {
        name
        for name, pattern in addresses(get_resolver())
        if not hasattr(pattern.callback, "opened_by") and not name.startswith("api")
    }
    assert silent == set()


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.name)
def test_what_each_person_gets(client: Client, line: Row, who: str) -> None:
    if who in set(Role):
        client.force_login(UserFactory(**{who: True}))
    sent = {} if line.body is None else {"data": line.body, "content_type": "application/json"}
    answer = getattr(client, line.method)(reverse(line.name, kwargs=line.kwargs), **sent)
    assert answer.status_code == line.statuses[PEOPLE.index(who)]
    if who == "nobody" and line.statuses[0] == IN and line.statuses[2] != ON:
        assert answer["Location"].startswith(reverse("account_login"))


# What a volunteer sees of another

SECRETS = ["Quillfeather", "zephyrine@example.org", "07700 900987", "7700900987", "ZQ9 9ZQ"]


@pytest.fixture
def other() -> Volunteer:
    """Somebody whose surname, e-mail, phone and postcode stand out wherever they slip through."""
    facts = {"given_name": "Zephyrine", "family_name": "Quillfeather", "postcode": "ZQ9 9ZQ"}
    return person("zephyrine@example.org", phone="+447700900987", **facts)


@pytest.fixture
def anna(client: Client) -> Volunteer:
    """A volunteer without any office, signed in."""
    CampaignDetailsFactory()
    cache.clear()
    anna = person("anna@example.org", given_name="Anna")
    client.force_login(anna.user)
    return anna


def tells(answer: Any) -> list[str]:
    """The secrets in an answer's body or headers."""
    text = answer.content.decode() + str(dict(answer.items()))
    return [secret for secret in SECRETS if secret in text]


def test_a_volunteer_learns_no_other_volunteers_surname_address_or_postcode_anywhere(
    client: Client, anna: Volunteer, other: Volunteer
) -> None:
    ahead = SessionFactory(lead=other, starts_at=now() + timedelta(days=3))
    running = SessionFactory(lead=anna, starts_at=now() - timedelta(minutes=5))
    places = [BookingFactory(session=session, volunteer=anna) for session in (ahead, running)]
    theirs = [BookingFactory(session=session, volunteer=other) for session in (ahead, running)]
    AllocationFactory(walk=walk_of(*houses(2)), holder=anna, started_at=now(), expires_at=now() + timedelta(hours=1))
    booking = sign(BOOKING, places[0].pk)
    feed = calendar.open_feed(volunteer=anna, at=now())
    invitation = links.of_inviter(inviter=other, at=now()).code
    read = ["/sessions/", "/me/", "/me/who/", "/me/delete/", "/doorstep/", "/", "/privacy/", f"/calendar/{feed}.ics"]
    read += [f"/sessions/{s.pk}/{page}" for s in (ahead, running) for page in ("", "calendar.ics", "list/", "code/")]
    read += [f"/b/{booking}/{page}" for page in ("", "confirm/", "cancel/", "here/")]
    read += [
        f"/here/{sign(MEETING_POINT, running.pk)}/",
        "/join/",
        f"/join/{invitation}/",
        "/join/done/",
        "/sessions/0/",
    ]
    known = {"given_name": "Zephyrine", "contact": "zephyrine@example.org"}
    sent: list[tuple[str, dict[str, Any]]] = [
        (f"/me/{page}/", {}) for page in ("notices", "calendar", "friends", "data")
    ]
    sent += [(f"/sessions/{running.pk}/list/{theirs[1].pk}/{act}/", {}) for act in ("here", "left", "undo", "missing")]
    sent += [(f"/sessions/{running.pk}/sign-in/{theirs[1].pk}/", {}), (f"/sessions/{ahead.pk}/book/", {})]
    sent += [(f"/sessions/{running.pk}/walk-up/", known), ("/join/", known), (f"/b/{booking}/confirm/", {})]
    assert "Zephyrine Q" in client.get(f"/sessions/{running.pk}/list/").content.decode()
    assert {page: told for page in read if (told := tells(client.get(page)))} == {}
    typed = {"zephyrine@example.org"}  # what one has typed oneself comes back
    told = {page: set(tells(client.post(page, data, follow=True))) - typed for page, data in sent}
    assert {page for page, secrets in told.items() if secrets} == set()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_message_names_another_by_more_than_the_initial(kind: str, anna: Volunteer, other: Volunteer) -> None:
    session = SessionFactory(lead=other, starts_at=now() + timedelta(hours=2))
    place = BookingFactory(session=session, volunteer=anna)
    BookingFactory(session=session, volunteer=other)
    about = {
        "booking": place.pk,
        "offers": 0,
        "revision": 0,
        "consent": 0,
        "start": f"{session.starts_at:%Y%m%dT%H%MZ}",
    }
    try:
        composed = COMPOSERS[kind](MessageFactory(kind=kind, booking=place, about=about), now())
    except Obsolete:
        return
    text = " ".join(composed.facts.values()) + (composed.calendar.content.decode() if composed.calendar else "")
    assert [secret for secret in SECRETS if secret in text] == []


def test_somebody_elses_object_is_not_found_or_refused(client: Client, anna: Volunteer, other: Volunteer) -> None:
    """Each page whose address holds an object, with one that belongs to `other`."""
    theirs = BookingFactory(
        session__lead=other, session__starts_at=now() + timedelta(hours=1), volunteer=other, here=True
    )
    walk = AllocationFactory(
        walk=walk_of(*houses(2)), holder=other, started_at=now(), expires_at=now() + timedelta(hours=1)
    )
    pk, booking = theirs.session_id, theirs.pk
    for page in (f"/sessions/{pk}/list/", f"/sessions/{pk}/code/"):
        assert client.get(page).status_code == 404, page
    for page in (
        f"/sessions/{pk}/list/{booking}/here/",
        f"/sessions/{pk}/walk-up/",
        f"/sessions/{pk}/sign-in/{booking}/",
        f"/sessions/{pk}/cancel/",
        f"/doorstep/{walk.pk}/open/",
        f"/doorstep/{walk.pk}/give-back/",
        "/me/who/",
    ):
        assert client.post(page, {"volunteer": other.pk, "given_name": "X"}).status_code == 404, page
    for page in (f"/organise/sessions/{pk}/", f"/organise/volunteers/{other.pk}/", "/organise/links/1/"):
        assert client.post(page).status_code in (403, 405), page
    assert (theirs.state, other.allocations.get().end) == ("confirmed", "")
