"""A council's file of 6,332 made-up electors: what is in it, and that bringing it in again writes nothing."""

from pathlib import Path

import pytest
from django.db.models import Sum

from campaign.areas.models import Constituency
from campaign.audit.models import AuditEvent
from canvassing.electorate.models import Block, Elector, Household, PollingDistrict, Street
from canvassing.progress.models import DailyDelta, ElectorState, HouseholdState
from canvassing.register.models import RegisterImport
from tests.factories.register import AT, EDITION, SAMPLE, bring_in, shuffled, written_rows

pytestmark = pytest.mark.django_db

TRUTH = {
    "layout": "xpress_full_14",
    "encoding": "windows-1252",
    "edition": "2026-12-01",
    "rows": 6332,
    "electors": {"added": 6332, "changed": 0, "gone": 0, "unchanged": 0, "total": 6332},
    "households": {"added": 3095, "total": 3095},
    "streets": {"added": 30, "total": 30},
    "polling_districts": 4,
    "markers": {"": 5588, "B": 287, "F": 46, "G": 405, "L": 5, "N": 1},
    "attainers": 15,
    "without_address": 3,
    "review": 0,
    "problems": [],
}


@pytest.fixture
def first() -> RegisterImport:
    return bring_in(SAMPLE)


def test_the_report_says_what_is_in_the_file(first: RegisterImport) -> None:
    assert first.state == "done"
    assert {name: value for name, value in first.report.items() if name not in ("seconds", "page")} == TRUTH
    assert first.report["page"]["cannot_vote"] == 697


def test_the_rows_are_there(first: RegisterImport) -> None:
    assert Elector.objects.living().filter(edition=EDITION).count() == 6332
    assert Household.objects.count() == 3095
    assert Street.objects.count() == 30
    assert set(PollingDistrict.objects.values_list("code", "edition", "ward")) == {
        (code, EDITION, None) for code in ("AA", "AB", "AC", "AD")
    }
    assert Elector.objects.exclude(attains_on=None).count() == 15
    assert Elector.objects.filter(household=None).count() == 3
    assert Constituency.objects.get().name == "Constituency"


def test_a_road_in_two_districts_is_two_streets(first: RegisterImport) -> None:
    names = list(Street.objects.values_list("name", flat=True))
    assert len(names) - len(set(names)) == 2


def test_flats_stand_together_in_natural_order_behind_their_entrance(first: RegisterImport) -> None:
    block = Block.objects.get(name="Fonthill Court", street__name="Dunster Street", street__polling_district__code="AA")
    labels = list(block.households.in_register_order().values_list("label", flat=True))
    assert labels == [f"Flat {number}, Fonthill Court" for number in range(1, len(labels) + 1)]
    assert len(labels) > 10


def test_an_anonymous_elector_has_a_number_and_nothing_else(first: RegisterImport) -> None:
    elector = Elector.objects.get(anonymous=True)
    assert (elector.number, elector.marker, elector.surname, elector.forename, elector.household) == (
        "1349", "N", "", "", None,
    )  # fmt: skip


def test_no_break_spaces_are_gone(first: RegisterImport) -> None:
    assert not Household.objects.filter(label__contains="\xa0").exists()
    assert not Household.objects.exclude(postcode__regex=r"^N\d{1,2} \d[A-Z]{2}$").exists()


def test_states_and_totals_are_there_from_the_start(first: RegisterImport) -> None:
    assert HouseholdState.objects.filter(standing=True, attempts=0).count() == 3095
    assert ElectorState.objects.filter(living=True, conversations=0).count() == 6332
    totals = DailyDelta.objects.aggregate(Sum("doors"), Sum("electors"), Sum("attempts"))
    assert totals == {"doors__sum": 3095, "electors__sum": 6332, "attempts__sum": 0}


def test_the_audit_trail_has_counts_and_nobody(first: RegisterImport) -> None:
    event = AuditEvent.objects.get(act="register imported")
    assert (event.at, event.actor, event.subject) == (AT, "system", f"register-import:{first.pk}")
    assert event.facts["electors_added"] == 6332


def test_again_writes_no_row(first: RegisterImport) -> None:
    before = written_rows()
    again = bring_in(SAMPLE)
    assert again.report["electors"] == {"added": 0, "changed": 0, "gone": 0, "unchanged": 6332, "total": 6332}
    assert again.report["households"] == {"added": 0, "total": 3095}
    assert again.report["streets"] == {"added": 0, "total": 30}
    assert written_rows() == before


def test_the_same_rows_in_another_order_write_no_row(first: RegisterImport, tmp_path: Path) -> None:
    before = written_rows()
    again = bring_in(shuffled(SAMPLE, tmp_path / "shuffled.tsv"))
    assert again.report["electors"]["unchanged"] == 6332
    assert written_rows() == before


def test_shuffled_first_gives_the_same_register(tmp_path: Path) -> None:
    bring_in(shuffled(SAMPLE, tmp_path / "shuffled.tsv"))
    before = written_rows()
    assert bring_in(SAMPLE).report["electors"]["unchanged"] == 6332
    assert written_rows() == before


def test_a_dry_run_reports_and_leaves_nothing() -> None:
    before = written_rows()
    tried = bring_in(SAMPLE, dry_run=True)
    assert tried.state == "done"
    assert tried.report["electors"]["added"] == 6332
    assert written_rows() == before
    assert not Constituency.objects.exists()
    assert AuditEvent.objects.filter(act="register import tried").exists()


def test_the_next_edition_keeps_every_row_with_its_new_number(first: RegisterImport) -> None:
    people = set(Elector.objects.exclude(household=None).values_list("pk", "household"))
    renewed = bring_in(SAMPLE, edition=EDITION.replace(year=2027))
    # Without an address a name alone proves nothing: the three at the end are taken as other people.
    assert renewed.report["electors"] == {"added": 3, "changed": 6329, "gone": 3, "unchanged": 0, "total": 6332}
    assert set(Elector.objects.living().exclude(household=None).values_list("pk", "household")) == people
