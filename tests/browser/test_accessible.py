"""Every kind of page as a screen reader meets it: axe finds nothing serious, nothing is cut off at 360."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils.timezone import now
from playwright.sync_api import BrowserContext, Page, ViewportSize

from campaign.areas.models import PostcodePoint
from canvassing.electorate.models import Elector
from canvassing.electorate.objections import object_to_contact
from canvassing.register import runs
from canvassing.register.models import RegisterImport, ReviewItem
from canvassing.register.tasks import import_upload
from canvassing.walks.cut import cut
from canvassing.walks.models import Purpose
from tests.factories.campaign import SQUARE, CampaignDetailsFactory
from tests.factories.canvassing import ElectorFactory, WardFactory, houses
from tests.factories.register import as_text, street_of
from tests.factories.sessions import HOUR, BookingFactory, MessageFactory, SessionFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.people.models import User
from volunteers.referrals.models import JoinLink
from volunteers.sessions import links
from volunteers.sessions.models import Session

AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
Size = ViewportSize
PHONE, DESKTOP = Size(width=360, height=740), Size(width=1280, height=900)
GRAVE = {"serious", "critical"}

pytestmark = pytest.mark.browser


@pytest.fixture
def people(transactional_db: None) -> dict[str, User | None]:
    """A campaign with a little of everything in it, and whoever looks at it."""
    CampaignDetailsFactory()
    agent, organiser = UserFactory(agent=True), UserFactory(organiser=True)
    volunteer = VolunteerFactory(given_name="Robin", family_name="Sparrow")
    VolunteerFactory(user=organiser)
    VolunteerFactory(user=agent)
    lead = VolunteerFactory(given_name="Ash")
    on = SessionFactory(starts_at=now() - HOUR, lead=lead, capacity=3, latitude=51.55, longitude=-0.1)
    BookingFactory(session=on, volunteer=volunteer)
    BookingFactory(session=on, here=True)
    BookingFactory(session=on, held=True, volunteer__age_band="sixteen")
    BookingFactory(session=SessionFactory(starts_at=now() + 24 * HOUR, capacity=1), volunteer=lead)
    MessageFactory(state="failed", why="address_refused", last_error="the mail server refused the address (550)")
    JoinLink.objects.create(code="station", source="Station poster", made_at=now())
    doors = houses(3, tried=True)
    district = doors[0].street.polling_district
    object_to_contact(elector=ElectorFactory(household=doors[0]), by=organiser, at=now())
    cut(district_ids=[district.pk], purpose=Purpose.CANVASS, at=now())
    WardFactory(constituency=district.constituency, outline=SQUARE)
    PostcodePoint.objects.create(postcode="N1 1AA", latitude=51.552, longitude=-0.105)
    before, after = ElectorFactory(household=doors[1], gone=True), ElectorFactory(household=doors[1])
    ReviewItem.objects.create(
        kind="same_person", key="1", polling_district=before.polling_district, elector=before, other_elector=after,
        confidence=90, reason="The same forename and number.", found_at=now(),
    )  # fmt: skip
    look_at("register.tsv", as_text(street_of(4, district="ZZ")))
    look_at("council.csv", "Area,No.,Family\nTA,1,Sparrow\n")
    look_at("notes.txt", "Nothing of the kind")
    return {"nobody": None, "volunteer": volunteer.user, "lead": lead.user, "organiser": organiser, "agent": agent}


def look_at(filename: str, text: str) -> None:
    """A file sent and looked at; nothing of it is in the register."""
    record = runs.ask(filename=filename, upload=ContentFile(text.encode(), filename), at=now(), dry_run=True)
    import_upload(record.pk)


def pages() -> Iterator[tuple[str, str]]:
    """Who looks at what. Kinds of page, not each row of each."""
    session = Session.objects.order_by("pk").first()
    ahead = Session.objects.order_by("-pk").first()
    assert session is not None
    assert ahead is not None
    place = session.bookings.order_by("pk").first()
    assert place is not None
    person = Elector.objects.select_related("household").order_by("pk").first()
    assert person is not None
    assert person.household is not None
    door = person.household
    mine = [links.of_booking(place, page) for page in ("booking", "confirm", "cancel", "check-in")]
    seen = {
        "nobody": [
            "/", "/privacy/", "/sign-in/", "/join/", "/join/station/", links.of_meeting_point(session), *mine,
            "/b/1-forged/", "/nowhere/",
        ],
        "volunteer": [
            "/sessions/", f"/sessions/{session.pk}/", f"/sessions/{ahead.pk}/", "/me/", "/me/delete/", "/doorstep/",
        ],
        "lead": [f"/sessions/{session.pk}/list/", f"/sessions/{session.pk}/code/"],
        "organiser": [
            "/organise/", "/organise/sessions/", "/organise/sessions/?show=past", "/organise/sessions/new/",
            f"/organise/sessions/{session.pk}/", f"/organise/sessions/{session.pk}/change/", "/organise/volunteers/",
            "/organise/volunteers/duplicates/", "/organise/links/", f"/organise/links/{JoinLink.objects.get().pk}/",
            "/organise/messages/?show=failed", "/organise/walks/", "/organise/walks/?show=all", "/organise/coverage/",
            "/organise/browse/", f"/organise/browse/streets/{person.household.street_id}/",
            f"/organise/browse/doors/{person.household_id}/", "/organise/register/quality/",
            "/organise/register/quality/one-each/",
            "/organise/streets/", f"/organise/streets/{door.street_id}/edit/", f"/organise/doors/{door.pk}/edit/",
        ],
        "agent": [
            "/organise/messages/wordings/", "/organise/messages/wordings/morning/", "/organise/details/",
            "/organise/deadlines/", "/organise/areas/", "/organise/areas/districts/", "/organise/register/",
            "/organise/register/streets/", "/organise/register/review/", "/organise/people/", "/organise/audit/",
            *(f"/organise/register/{record.pk}/" for record in RegisterImport.objects.order_by("pk")),
            f"/organise/register/{RegisterImport.objects.get(filename='council.csv').pk}/columns/",
        ],
    }  # fmt: skip
    for who, addresses in seen.items():
        for address in addresses:
            yield who, address.removeprefix("http://127.0.0.1:8000")


@pytest.mark.parametrize(("scheme", "sizes"), [("light", (PHONE, DESKTOP)), ("dark", (PHONE,))], ids=["light", "dark"])
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_a_phone(
    new_phone: Callable[..., BrowserContext], people: dict[str, User | None], scheme: str, sizes: tuple[Size, ...]
) -> None:
    looking = {who: new_phone(user, color_scheme=scheme).new_page() for who, user in people.items()}
    found = [problem for who, address in pages() for problem in problems(looking[who], address, sizes)]
    assert found == []


def problems(page: Page, address: str, sizes: tuple[Size, ...]) -> Iterator[str]:
    for size in sizes:
        page.set_viewport_size(size)
        page.goto(address)
        width = size["width"]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            yield f"{address} at {width}: wider than the screen"
        report = page.evaluate(f"{AXE}; axe.run()")
        for one in report["violations"]:
            if one["impact"] in GRAVE:
                yield f"{address} at {width}: {one['id']}: {one['nodes'][0]['html'][:160]}"
