"""`seed_demo`: the same rows for the same seed, wholly there or not at all, and never over another campaign."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import QuerySet

from campaign.areas.models import PostcodePoint, Ward
from campaign.demo import people, register, seeding
from campaign.demo.open_walk import NoDemonstration, open_walk_code
from campaign.demo.seeding import SeedError
from campaign.details.models import CampaignDetails
from canvassing.allocation.models import HeldDoor
from canvassing.doorstep.models import Contact, Tally
from canvassing.electorate.models import Elector, Household, PollingDistrict
from canvassing.insight import coverage
from canvassing.progress.models import DailyDelta
from canvassing.walks.models import WalkDoor
from volunteers.people.models import RegisterAcknowledgement, RoleGrant, User, Volunteer

pytestmark = pytest.mark.django_db

AT = datetime(2027, 4, 10, 17, tzinfo=UTC)
ELECTORS = 300


def make_up(seed: int = 1, electors: int = ELECTORS) -> None:
    seeding.make_up(electors=electors, seed=seed, at=AT, tell=str)


def tables() -> dict[str, QuerySet[Any, tuple[Any, ...]]]:
    """Every table's rows as people would tell them apart: no keys, no moment of writing."""
    door = ("household__street__polling_district__code", "household__street__name", "household__address_key")
    return {
        "details": CampaignDetails.objects.values_list("candidate", "statement", "polling_day", "imprint"),
        "wards": Ward.objects.values_list("name", "outline"),
        "points": PostcodePoint.objects.values_list(),
        "districts": PollingDistrict.objects.values_list("code", "ward__name", "edition"),
        "doors": Household.objects.values_list(
            "street__polling_district__code", "street__name", "block__name", "label", "sort_key", "postcode"
        ),
        "electors": Elector.objects.values_list(
            "polling_district__code", "number", "surname", "forename", "marker", "attains_on", "anonymous", *door[1:]
        ),
        "people": Volunteer.objects.values_list("given_name", "family_name", "user__email"),
        "roles": RoleGrant.objects.values_list("user__email", "role"),
        "promises": RegisterAcknowledgement.objects.values_list("volunteer__family_name", "acknowledged_at"),
        "walks": WalkDoor.objects.values_list("walk__name", "position", *door),
        "holds": HeldDoor.objects.values_list("allocation__holder__family_name", "allocation__started_at", *door),
        "contacts": Contact.objects.values_list(
            "id", "kind", "root", "outcome", "happened_at", "elector__number", "volunteer__family_name", "seq", *door
        ),
        "tallies": Tally.objects.values_list("polling_district__code", "day", "question", "answer", "count"),
        "totals": DailyDelta.objects.values_list("polling_district__code", "day", *coverage.COLUMNS),
    }


def fingerprints() -> dict[str, str]:
    """A hash of every table's rows, in the order of what they say."""
    return {
        name: sha256("\n".join(sorted(map(repr, rows.order_by("pk")))).encode()).hexdigest()
        for name, rows in tables().items()
    }


def fingerprints_of(seed: int) -> dict[str, str]:
    """What `seed` makes, taken back again."""
    with transaction.atomic():
        make_up(seed)
        found = fingerprints()
        transaction.set_rollback(True)
    return found


def test_the_same_seed_makes_the_same_rows_and_another_seed_others() -> None:
    first, other = fingerprints_of(1), fingerprints_of(2)
    assert fingerprints_of(1) == first
    assert {name for name in first if first[name] == other[name]} == set()


def test_a_second_run_changes_nothing() -> None:
    make_up()
    before = fingerprints()
    with pytest.raises(SeedError, match="There is a campaign already"):
        make_up(seed=2)
    assert fingerprints() == before


def test_a_real_campaign_is_left_alone() -> None:
    CampaignDetails.objects.create(pk=1, candidate="Somebody Real")
    with pytest.raises(SeedError):
        make_up()
    assert not User.objects.exists()


def test_nobody_made_up_is_mixed_with_people_who_sign_in() -> None:
    User.objects.create_user("somebody.real@example.org")
    with pytest.raises(SeedError, match="People sign in here already"):
        make_up()
    with pytest.raises(CommandError, match="People sign in here already"):
        call_command("seed_demo")


def test_a_crash_half_way_leaves_nothing_and_the_next_run_makes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(**facts: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(seeding, "hand_out_some", crash)
        with pytest.raises(RuntimeError):
            make_up()
    assert not User.objects.exists()
    assert not Elector.objects.exists()
    make_up()
    assert Elector.objects.living().count() == ELECTORS


def test_a_register_that_the_import_refuses_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "HEADINGS", ("Nothing", "known"))
    with pytest.raises(SeedError, match="The register was refused"):
        make_up()
    assert not User.objects.exists()


def test_the_command_says_what_it_made_and_the_second_time_that_it_was_there() -> None:
    said = StringIO()
    call_command("seed_demo", "--electors", "300", "--seed", "5", stdout=said)
    assert "Made up in" in said.getvalue()
    assert "300 electors" in said.getvalue()
    call_command("seed_demo", stdout=said)
    assert "There is a campaign already, and nothing was changed" in said.getvalue()
    assert Elector.objects.count() == 300


def test_the_command_prints_one_json_object() -> None:
    said = StringIO()
    call_command("seed_demo", "--electors", "300", "--json", stdout=said)
    facts = json.loads(said.getvalue())
    assert facts["made"] is True
    assert facts["electors"] == 300
    assert facts["volunteers"] == people.VOLUNTEERS + len(people.OFFICE)


@pytest.mark.parametrize("electors", ["few", "-1", "199", "2.5"])
def test_the_command_refuses_a_number_it_cannot_spread(electors: str) -> None:
    with pytest.raises(CommandError, match="not a whole number from 200 up"):
        call_command("seed_demo", f"--electors={electors}")


def test_a_campaign_that_is_not_the_demonstration_has_no_open_walk() -> None:
    with pytest.raises(NoDemonstration, match="not the demonstration"):
        open_walk_code(at=AT)
