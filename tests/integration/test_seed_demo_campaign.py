"""What stands in the made-up campaign: everything asked for, and true in every number it shows."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from campaign.access import Role
from campaign.areas.models import Constituency, PostcodePoint, Ward
from campaign.demo import open_walk, people, seeding
from campaign.demo.open_walk import NoDemonstration, open_walk_code
from campaign.details.models import CampaignDetails, Deadline
from canvassing.allocation import codes
from canvassing.allocation.hand_back import hand_back
from canvassing.allocation.models import Allocation, HeldDoor
from canvassing.doorstep.models import Contact, Tally
from canvassing.doorstep.rebuild import differences
from canvassing.electorate.models import Elector, Household, PollingDistrict
from canvassing.insight import coverage
from canvassing.progress.models import HouseholdState
from canvassing.register.models import RegisterImport
from canvassing.walks.models import WalkDoor
from volunteers.people.models import RoleGrant, User, Volunteer

pytestmark = pytest.mark.django_db

AT = datetime(2027, 4, 10, 17, tzinfo=UTC)
TODAY = date(2027, 4, 10)
ELECTORS = 900


@pytest.fixture(scope="module")
def made_up(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One made-up campaign for all tests that only look, or whose changes are taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        seeding.make_up(electors=ELECTORS, seed=1, at=AT, tell=str)
        yield
        transaction.set_rollback(True)


def test_there_is_everything_that_was_asked_for(made_up: None) -> None:
    assert Elector.objects.living().count() == ELECTORS
    assert Ward.objects.exclude(outline=None).count() == 8
    assert Constituency.objects.get().outline is not None
    assert Volunteer.objects.with_role(Role.VOLUNTEER).count() == people.VOLUNTEERS
    assert Volunteer.objects.with_role(Role.TELLER).count() == people.TELLERS
    assert {grant.user.email for grant in RoleGrant.objects.filter(role=Role.AGENT)} == {people.AGENT}
    assert RoleGrant.objects.filter(role=Role.ORGANISER).count() == 2
    assert not User.objects.exclude(email__endswith="@example.org").exists()
    assert Elector.objects.filter(anonymous=True).exists()
    assert Elector.objects.filter(household=None, anonymous=False).exists()
    assert Elector.objects.exclude(marker="").exists()
    assert not Household.objects.exclude(postcode__in=PostcodePoint.objects.values("pk")).exists()


def test_the_campaign_can_go_out(made_up: None) -> None:
    details = CampaignDetails.objects.get()
    assert details.polling_day == date(2027, 5, 20)
    assert details.legal_mode == "tally"
    assert details.imprint
    assert Deadline.objects.get(kind=Deadline.Kind.POLL_OPENS).due_at.date() == details.polling_day


def test_the_register_came_through_the_import_without_a_problem(made_up: None) -> None:
    record = RegisterImport.objects.get()
    assert record.state == RegisterImport.State.DONE
    assert record.report["problems"] == []
    assert record.report["electors"]["added"] == ELECTORS
    assert record.report["layout"] == "xpress_full_14"


def test_every_district_but_the_last_lies_in_a_ward(made_up: None) -> None:
    without = PollingDistrict.objects.filter(ward=None)
    assert [district.code for district in without] == [PollingDistrict.objects.order_by("code").last().code]  # type: ignore[union-attr]


def test_every_door_is_in_one_walk(made_up: None) -> None:
    walked = WalkDoor.objects.filter(live=True).values_list("household", flat=True)
    assert sorted(walked) == sorted(Household.objects.standing().values_list("pk", flat=True))


def test_states_and_totals_are_what_the_contacts_say(made_up: None) -> None:
    assert differences() == []


def test_coverage_is_what_a_count_of_the_contacts_gives(made_up: None) -> None:
    """Counted here by hand, contact by contact: undone ones dropped, entrances that stayed shut not tried."""
    contacts = list(Contact.objects.select_related("household__street", "elector").order_by("happened_at", "pk"))
    undone = {contact.root for contact in contacts if contact.kind == "void"}
    tried: defaultdict[int, set[int]] = defaultdict(set)
    answered: defaultdict[int, set[int]] = defaultdict(set)
    reached: defaultdict[int, set[int]] = defaultdict(set)
    first_tried: dict[int, date] = {}
    attempts = 0
    for contact in contacts:
        if contact.kind == "void" or contact.pk in undone or contact.outcome == "no_access":
            continue
        attempts += 1
        street = contact.household.street_id
        tried[street].add(contact.household_id)
        first_tried.setdefault(contact.household_id, contact.happened_at.date())
        if contact.outcome in {"answered", "refused"}:
            answered[street].add(contact.household_id)
        if contact.elector_id is not None:
            reached[street].add(contact.elector_id)
    found = coverage.headline(on=TODAY)
    assert found.totals.attempts == attempts
    assert found.totals.doors_tried == len(set().union(*tried.values()))
    assert found.totals.doors_answered == len(set().union(*answered.values()))
    assert found.totals.electors_reached == len(set().union(*reached.values()))
    assert found.tried_lately == sum(day > TODAY - timedelta(days=7) for day in first_tried.values())
    assert 0 < found.tried_lately < found.totals.doors_tried
    for district in PollingDistrict.objects.order_by("pk"):
        for street in coverage.by_street(district):
            if street.street_id is not None:
                totals = street.totals
                assert totals.doors_tried == len(tried[street.street_id])
                assert totals.doors_answered == len(answered[street.street_id])
                assert totals.electors_reached == len(reached[street.street_id])
    groups = coverage.by_ward(Constituency.objects.get())
    assert coverage.total(group.totals for group in groups) == found.totals


def test_past_walks_were_handed_back_and_only_a_few_are_out(made_up: None) -> None:
    out = Allocation.objects.standing(AT).order_by("pk")
    assert out.count() == 1 + open_walk.OTHERS_OUT
    assert Allocation.objects.exclude(pk__in=out).filter(end=Allocation.End.HANDED_BACK).count() > 0
    assert not Contact.objects.filter(allocation__in=out).exists()
    assert set(HeldDoor.objects.filter(released_at=None).values_list("allocation", flat=True)) == {o.pk for o in out}


def test_opinions_are_kept_as_tallies_only(made_up: None) -> None:
    assert Tally.objects.exists()
    assert not Contact.objects.exclude(opinions={}).exists()


def test_the_open_walk_is_the_volunteers_and_its_code_opens_it(made_up: None) -> None:
    volunteer = Volunteer.objects.get(user__email=people.VOLUNTEER)
    code = open_walk_code(at=AT)
    allocation = codes.redeem(code=code, volunteer_ids=[volunteer.pk], at=AT)
    assert allocation.holder == volunteer
    assert not volunteer.acknowledgements.exists()
    assert open_walk_code(at=AT) != code


def test_when_the_walk_was_handed_back_the_next_one_is_handed_out(made_up: None) -> None:
    out = Allocation.objects.standing(AT).filter(holder__user__email=people.VOLUNTEER)
    before = out.get()
    hand_back(allocation=before, at=AT)
    assert len(open_walk_code(at=AT)) == len("ABCD-EFGH")
    assert out.get() != before


def test_when_every_walk_was_walked_it_says_so(made_up: None) -> None:
    hand_back(allocation=Allocation.objects.standing(AT).get(holder__user__email=people.VOLUNTEER), at=AT)
    HouseholdState.objects.update(attempts=9)
    with pytest.raises(NoDemonstration, match="Every walk has been walked or is out"):
        open_walk_code(at=AT)
