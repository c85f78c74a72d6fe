"""Who may see what: every address of the site, and what each kind of person gets there.

A new address needs one line in TABLE. OK is shown, ON goes on to another page, IN goes to the sign-in page, NO is
refused, GONE is let in and finds nothing (there is no row with that number), REFUSED is a link that opens nothing,
TOKEN wants a walk's token, whoever is signed in. An address that takes POST only says `method="post"`, since a GET is
turned away before anybody is asked for a role; `body` is what it is sent, as JSON.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from campaign.access import Role
from tests.factories.volunteers import UserFactory

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


def row(name: str, *statuses: int, method: str = "get", body: dict[str, Any] | None = None, **kwargs: Any) -> Row:
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
    row("volunteers:who", IN, OK, NO, OK, OK),
    row("volunteers:people", IN, NO, NO, NO, OK),
    row("organise", IN, NO, NO, OK, OK),
    row("details", IN, NO, NO, NO, OK),
    row("deadlines", IN, NO, NO, NO, OK),
    row("areas", IN, NO, NO, NO, OK),
    row("audit", IN, NO, NO, NO, OK),
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
    row("canvassing:register-give-up", IN, NO, NO, NO, GONE, method="post", pk=0),
    row("canvassing:coverage", IN, NO, NO, OK, OK),
    row("canvassing:district", IN, NO, NO, GONE, GONE, pk=0),
    row("canvassing:district-ward", IN, NO, NO, GONE, GONE, method="post", pk=0),
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
