"""Who really came: checked in by the lead, the code or a link; no-shows, gone early; people under 18."""

import pytest

from campaign.audit.models import AuditEvent
from canvassing.allocation.forms import HandOutForm
from canvassing.allocation.hand_out import HandOutError, hand_out
from tests.factories.canvassing import houses, walk_of
from tests.factories.sessions import AT, HOUR, BookingFactory, SessionFactory, person
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.races import at_once
from volunteers.people.models import GuardianConsent, User, Volunteer
from volunteers.sessions import check_in
from volunteers.sessions.check_in import CheckInError
from volunteers.sessions.models import Booking, Session

State, How = Booking.State, Booking.CheckIn
pytestmark = pytest.mark.django_db
MINUTE = HOUR / 60


def here(place: Booking, *, how=How.LIST, at=AT) -> Booking:
    return check_in.check_in(booking=place, how=how, at=at)


@pytest.fixture
def running() -> Session:
    """Begun half an hour before AT."""
    return SessionFactory(now_on=True)


@pytest.mark.parametrize("facts", [{}, {"held": True}, {"waiting": True}, {"offered": True}, {"given_up": True}])
def test_whoever_stands_at_the_meeting_point_has_a_place_whatever_the_list_said(running, facts) -> None:
    came = here(BookingFactory(session=running, **facts))
    assert (came.state, came.checked_in_at, came.checked_in_by) == (State.CONFIRMED, AT, "list")
    assert here(came, how=How.QR, at=AT + HOUR).checked_in_at == AT


@pytest.mark.parametrize("how", list(How))
def test_one_checks_in_from_two_hours_before_the_start(how) -> None:
    place = BookingFactory(session__starts_at=AT)
    with pytest.raises(CheckInError, match="too early"):
        here(place, how=how, at=AT - 2 * HOUR - MINUTE)
    assert here(place, how=how, at=AT - 2 * HOUR).checked_in_at


@pytest.mark.parametrize("how", [How.QR, How.LINK])
def test_by_code_or_link_until_the_end(how) -> None:
    place = BookingFactory(session__starts_at=AT - 2 * HOUR)
    with pytest.raises(CheckInError, match="is over"):
        here(place, how=how, at=AT)
    assert here(place, how=how, at=AT - MINUTE).checked_in_at


def test_the_lead_puts_the_list_right_for_a_day_after() -> None:
    place = BookingFactory(session__starts_at=AT - 2 * HOUR)
    with pytest.raises(CheckInError, match="more than a day ago"):
        here(place, at=AT + 24 * HOUR)
    assert here(place, at=AT + 24 * HOUR - MINUTE).checked_in_at


def test_nobody_checks_in_to_a_session_that_is_off() -> None:
    with pytest.raises(CheckInError, match="is off"):
        here(BookingFactory(session=SessionFactory(now_on=True, off=True)))


def test_a_refused_check_in_without_a_booking_leaves_none() -> None:
    with pytest.raises(CheckInError):
        check_in.check_in_at(session=SessionFactory(), volunteer=VolunteerFactory(), how=How.QR, at=AT)
    assert not Booking.objects.exists()


def test_missing_gone_early_and_undone(running) -> None:
    place = BookingFactory(session=running)
    with pytest.raises(CheckInError, match="not checked in"):
        check_in.left_early(booking=place, at=AT)
    check_in.no_show(booking=place, at=AT)
    place.refresh_from_db()
    assert place.no_show_at == AT
    here(place)
    with pytest.raises(CheckInError, match="They are checked in"):
        check_in.no_show(booking=place, at=AT)
    check_in.left_early(booking=place, at=AT + HOUR)
    place.refresh_from_db()
    assert (place.no_show_at, place.left_at) == (None, AT + HOUR)
    check_in.undo(booking=place, at=AT + HOUR)
    place.refresh_from_db()
    assert (place.checked_in_at, place.checked_in_by, place.left_at, place.no_show_at) == (None, "", None, None)


def test_nobody_is_missing_before_the_start() -> None:
    with pytest.raises(CheckInError, match="has not begun"):
        check_in.no_show(booking=BookingFactory(), at=AT)


@pytest.mark.parametrize("facts", [{"waiting": True}, {"offered": True}, {"given_up": True}])
def test_whoever_had_no_place_did_not_miss_it__those_who_waited_were_no_shows(running, facts) -> None:
    place = BookingFactory(session=running, **facts)
    with pytest.raises(CheckInError, match="had no place"):
        check_in.no_show(booking=place, at=AT)


@pytest.mark.parametrize("act", [check_in.undo, check_in.left_early, check_in.no_show])
def test_a_list_more_than_a_day_old_stays_as_it_is(act) -> None:
    with pytest.raises(CheckInError, match="stays as it is"):
        act(booking=BookingFactory(session=SessionFactory(over=True, starts_at=AT - 30 * HOUR)), at=AT)


# Walk-ups


def walk_up(session: Session, **facts) -> Booking:
    known = {"name": ("Dill", ""), "email": "", "phone": "", "age_band": "adult", "guardian_agrees": False}
    return check_in.walk_up(session=session, by=UserFactory(organiser=True), at=AT, **known | facts)


def test_somebody_who_came_along_is_made_and_checked_in_at_once(running) -> None:
    came = walk_up(running)
    assert (came.volunteer.given_name, came.volunteer.user, came.checked_in_by) == ("Dill", None, "walk_up")
    reached = walk_up(running, name=("Sorrel", ""), phone="+447700900123")
    assert reached.volunteer.user.roles == {"volunteer"}


def test_a_walk_up_above_the_capacity_is_in_all_the_same() -> None:
    running = SessionFactory(now_on=True, capacity=1)
    BookingFactory(session=running, here=True)
    assert walk_up(running).state == State.CONFIRMED


def test_somebody_known_by_name_and_address_is_not_made_again(running) -> None:
    known = person("dill@example.org", given_name="Dill")
    assert walk_up(running, name=("DILL", ""), email="Dill@example.org").volunteer == known
    assert walk_up(running, name=("Sorrel", ""), email="dill@example.org").volunteer != known


def test_of_somebody_under_18_without_consent_nothing_is_kept(running) -> None:
    with pytest.raises(CheckInError, match="no parent or guardian has agreed"):
        walk_up(running, age_band="sixteen", email="teen@example.org")
    assert not User.objects.filter(email="teen@example.org").exists()
    came = walk_up(running, age_band="sixteen", guardian_agrees=True)
    assert GuardianConsent.objects.get().volunteer == came.volunteer


# Under 18


def test_somebody_under_18_checks_in_once_a_guardian_agrees(running) -> None:
    place = BookingFactory(session=running, volunteer__age_band="sixteen")
    asked = GuardianConsent.objects.create(volunteer=place.volunteer, email="p@example.org", asked_at=AT)
    with pytest.raises(CheckInError, match="under 18"):
        here(place, how=How.QR)
    lead = UserFactory()
    check_in.guardian_agrees(booking=place, by=lead, at=AT)
    check_in.guardian_agrees(booking=place, by=lead, at=AT)
    assert AuditEvent.objects.get(act="guardian agreed in person").actor == f"user:{lead.pk}"
    assert place.volunteer.guardian_consents.exclude(pk=asked.pk).count() == 1
    assert here(place, how=How.QR).checked_in_at == AT


def test_a_walk_goes_to_nobody_under_16_nor_under_18_without_consent__the_latter_got_one(running) -> None:
    facts = {"by": None, "until": AT + HOUR, "at": AT}
    child, teen = VolunteerFactory(age_band="under_sixteen"), VolunteerFactory(age_band="sixteen")
    for young, why in [(child, "is under 16"), (teen, "no parent or guardian has agreed")]:
        with pytest.raises(HandOutError, match=why):
            hand_out(walk=walk_of(*houses(1)), holder=young, **facts)
    GuardianConsent.objects.create(volunteer=teen, asked_at=AT, given_at=AT, in_person=True)
    with pytest.raises(HandOutError, match="which adult goes along"):
        hand_out(walk=walk_of(*houses(1)), holder=teen, **facts)
    place = BookingFactory(session=running, here=True, volunteer=teen)
    adult = BookingFactory(session=running, here=True)
    check_in.goes_with(booking=place, adult=adult)
    teen.refresh_from_db()
    assert hand_out(walk=walk_of(*houses(1)), holder=teen, **facts)
    check_in.left_early(booking=adult, at=AT)  # a walk was handed out though the adult had gone home
    with pytest.raises(HandOutError, match="which adult goes along"):
        hand_out(walk=walk_of(*houses(1)), holder=teen, **facts)


def test_only_an_adult_who_is_here_goes_along(running) -> None:
    place = BookingFactory(session=running, here=True, volunteer__age_band="sixteen")
    nobody = [
        None,
        place,
        BookingFactory(here=True),
        BookingFactory(session=running),
        BookingFactory(session=running, here=True, left_at=AT),
    ]
    for adult in nobody:
        with pytest.raises(CheckInError, match="an adult who is checked in here"):
            check_in.goes_with(booking=place, adult=adult)
    place.volunteer.refresh_from_db()
    assert place.volunteer.adult_partner is None


# Walks


def test_walks_are_handed_first_to_those_checked_in_and_stand_under_the_session(running) -> None:
    came = BookingFactory(session=running, here=True, volunteer__given_name="Zinnia").volunteer
    gone = BookingFactory(session=running, here=True, left_at=AT - MINUTE, volunteer__given_name="Gorse").volunteer
    child = BookingFactory(session=running, here=True, volunteer__age_band="under_sixteen").volunteer
    _, (first, in_it), (second, others) = HandOutForm(at=AT).fields["holder"].choices
    assert (first, [pk for pk, _ in in_it]) == ("Checked in now", [came.pk])
    assert second == "Not checked in"
    assert gone.pk in [pk for pk, _ in others]
    assert child.pk not in [pk for pk, _ in [*in_it, *others]]
    facts = {"by": None, "until": AT + HOUR, "at": AT}
    assert hand_out(walk=walk_of(*houses(1)), holder=came, **facts).allocation.session == running
    assert hand_out(walk=walk_of(*houses(1)), holder=gone, **facts).allocation.session is None


def test_where_nobody_is_checked_in_there_are_no_groups() -> None:
    somebody = VolunteerFactory()
    assert HandOutForm(at=AT).fields["holder"].choices[1] == (somebody.pk, somebody.full_name)


# Races


@pytest.mark.django_db(transaction=True)
def test_24_who_scan_the_code_at_once_without_a_booking_are_all_in(running) -> None:
    people = VolunteerFactory.create_batch(24)
    at_once(
        *[lambda v=v: check_in.check_in_at(session=running, volunteer=v, how=How.QR, at=AT) for v in people],
    )
    assert running.bookings.filter(checked_in_at=AT).count() == 24


@pytest.mark.django_db(transaction=True)
def test_one_who_scans_twice_at_once_while_the_lead_adds_them_is_one_person_with_one_place(running) -> None:
    for number in range(5):
        email = f"dill{number}@example.org"
        at_once(*[lambda e=email: walk_up(running, email=e)] * 3)
        assert Volunteer.objects.filter(user__email=email).count() == 1
    assert running.bookings.count() == 5
