"""The site's places for signed-in people: one list, from which the header and the organisers' page are made."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.urls import reverse

from campaign.access import Permission, may


class Part(StrEnum):
    """Under which heading a place stands on the organisers' page."""

    DOORS = "Out on the streets"
    REGISTER = "The register"
    PEOPLE = "People"
    CAMPAIGN = "The campaign"
    OWN = "Your own"


@dataclass(frozen=True)
class Place:
    """A page somebody may go to. `hint` says what one does there; `in_header` keeps the header short."""

    name: str
    label: str
    permission: Permission
    part: Part
    hint: str
    in_header: bool = True
    for_volunteers: bool = False  # in the header of those who do not organise as well

    @property
    def url(self) -> str:
        return reverse(self.name)


PLACES = (
    Place("organise", "Organise", Permission.SEE_COVERAGE, Part.DOORS, "Everything in one place."),
    Place(
        "canvassing:coverage",
        "Coverage",
        Permission.SEE_COVERAGE,
        Part.DOORS,
        "Who has been reached, and where nobody has knocked yet.",
    ),
    Place(
        "canvassing:browse",
        "Look up",
        Permission.BROWSE_REGISTER,
        Part.DOORS,
        "Find an elector, a door or a street, and see what happened there.",
    ),
    Place(
        "canvassing:walks",
        "Walks",
        Permission.PLAN_WALKS,
        Part.DOORS,
        "Cut streets into walks, hand them out, take them back.",
    ),
    Place(
        "streets",
        "Streets and doors",
        Permission.PLAN_WALKS,
        Part.DOORS,
        "Add doors and streets, and put right what is listed twice or wrongly.",
        in_header=False,
    ),
    Place(
        "canvassing:register",
        "Register",
        Permission.IMPORT_REGISTER,
        Part.REGISTER,
        "Bring in the council's register file and see what changed.",
    ),
    Place(
        "canvassing:quality",
        "Data quality",
        Permission.BROWSE_REGISTER,
        Part.REGISTER,
        "What looks wrong in the register: doors that are there twice, missing numbers.",
        in_header=False,
    ),
    Place(
        "canvassing:streets",
        "Street lists",
        Permission.IMPORT_REGISTER,
        Part.REGISTER,
        "Bring in streets and doors before there is a register.",
        in_header=False,
    ),
    Place(
        "review",
        "Review",
        Permission.IMPORT_REGISTER,
        Part.REGISTER,
        "One person or two, one door or two: what an import could not decide.",
        in_header=False,
    ),
    Place(
        "volunteers:plan-sessions",
        "Sessions",
        Permission.PLAN_SESSIONS,
        Part.PEOPLE,
        "Plan canvassing sessions, see who comes and where people are missing.",
    ),
    Place(
        "volunteers",
        "Volunteers",
        Permission.SEE_VOLUNTEERS,
        Part.PEOPLE,
        "Who helps, how often they came, and entries that are one person.",
    ),
    Place(
        "volunteers:join-links",
        "Posters",
        Permission.PLAN_SESSIONS,
        Part.PEOPLE,
        "QR codes for posters and leaflets, and how many joined by each.",
        in_header=False,
    ),
    Place(
        "volunteers:outbox",
        "Messages",
        Permission.SEE_MESSAGES,
        Part.PEOPLE,
        "What is owed, what does not get through, what failed.",
        in_header=False,
    ),
    Place(
        "volunteers:wordings",
        "Wordings",
        Permission.EDIT_WORDINGS,
        Part.PEOPLE,
        "What each kind of message says.",
        in_header=False,
    ),
    Place("volunteers:people", "People", Permission.GIVE_ROLES, Part.PEOPLE, "Give and take roles by email address."),
    Place(
        "details",
        "Details",
        Permission.EDIT_DETAILS,
        Part.CAMPAIGN,
        "Candidate, polling day, imprint, colour and legal mode.",
    ),
    Place(
        "deadlines",
        "Deadlines",
        Permission.EDIT_DETAILS,
        Part.CAMPAIGN,
        "The dates the law sets, worked out and confirmed by you.",
        in_header=False,
    ),
    Place(
        "areas",
        "Areas",
        Permission.EDIT_DETAILS,
        Part.CAMPAIGN,
        "The constituency, its wards and their outlines.",
        in_header=False,
    ),
    Place(
        "audit",
        "Audit trail",
        Permission.READ_AUDIT,
        Part.CAMPAIGN,
        "Who did what, and when.",
        in_header=False,
    ),
    Place(
        "canvassing:my-walks",
        "My walks",
        Permission.OPEN_DOORSTEP,
        Part.OWN,
        "The doors in your hands. Open one on your phone.",
        for_volunteers=True,
    ),
    Place(
        "volunteers:sessions",
        "Come along",
        Permission.BOOK_SESSIONS,
        Part.OWN,
        "Sessions you can come to, and your places in them.",
        for_volunteers=True,
    ),
    Place("me", "Me", Permission.BOOK_SESSIONS, Part.OWN, "Your sessions, messages, calendar and data."),
)


def places_for(person: Any) -> list[Place]:
    """The places `person` may go to, in the order they are shown."""
    return [place for place in PLACES if may(person, place.permission)]


def landing_page(person: Any) -> str:
    """Where somebody starts after signing in: the first of their places, or the front page."""
    return next((place.url for place in places_for(person)), reverse("home"))


def header(person: Any, path: str) -> list[tuple[Place, bool]]:
    """The header's places for `person`, each with whether the page at `path` belongs to it.

    An organiser's are those of organising: a volunteer's own stand on the organisers' first page.
    """
    organises = may(person, Permission.PLAN_SESSIONS)
    places = [place for place in places_for(person) if place.in_header and not (organises and place.for_volunteers)]
    around = [place for place in places if path == place.url or _is_part_of(path, place)]
    here = max(around, key=lambda place: len(place.url), default=None)
    return [(place, place == here) for place in places]


def _is_part_of(path: str, place: Place) -> bool:
    """Every page of organisers lies below /organise/, so that address counts only for itself."""
    return place.name != "organise" and path.startswith(place.url)
