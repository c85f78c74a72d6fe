"""File after file, whatever changes between them: the register is the last file, and nobody is lost or doubled."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db.models import Count, Sum

from canvassing.electorate.models import Elector, Household
from canvassing.progress.models import DailyDelta, ElectorState, HouseholdState
from tests.factories.register import AT, EDITION, Person, anonymous, bring_in, street_of, write, written_rows

pytestmark = pytest.mark.django_db


CHANGES: dict[str, Callable[[Person, random.Random], Person]] = {
    "marries": lambda person, rng: replace(person, surname=f"Married{rng.getrandbits(32)}"),
    "moves": lambda person, rng: replace(person, address=(f"{rng.randint(1, 40)} Test Street", "London")),
    "hides": lambda person, rng: anonymous(person.number, person.district),
    "is replaced": lambda person, rng: replace(
        person, surname=f"Other{rng.getrandbits(32)}", forename=f"Person{rng.getrandbits(32)}"
    ),
}


def next_month(people: list[Person], rng: random.Random) -> list[Person]:
    """A few leave, marry, move within the street, become anonymous or are replaced; a few come."""
    changed = []
    for person in people:
        change = rng.choice(["leaves", *CHANGES]) if rng.random() < 0.12 and person.address else "stays"
        if change != "leaves":
            changed.append(CHANGES[change](person, rng) if change in CHANGES else person)
    start = 1 + max(int(person.number) for person in people)
    return [*changed, *street_of(rng.randint(0, 5), first=start)]


def renumbered(people: list[Person], rng: random.Random) -> list[Person]:
    numbers = rng.sample(range(1, 500), len(people))
    return [replace(person, number=number) for person, number in zip(people, numbers, strict=True)]


@pytest.mark.parametrize("seed", range(4))
def test_the_register_is_always_the_last_file(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    people, edition, at = street_of(60), EDITION, AT
    seen: dict[int, str] = {}
    for _ in range(6):
        file = write(tmp_path / "register.tsv", people)
        record = bring_in(file, edition=edition, accept_losses=True, at=at)
        assert record.state == "done", record.report
        assert_is(people)
        assert_adds_up()
        for pk, forename in Elector.objects.values_list("pk", "forename"):
            assert seen.setdefault(pk, forename) == forename, "a row became somebody else's"
        before = written_rows()
        assert bring_in(file, edition=edition, at=at).report["electors"]["unchanged"] == len(people)
        assert written_rows() == before
        people = next_month(people, rng)
        if rng.random() < 0.4:
            people, edition = renumbered(people, rng), edition.replace(year=edition.year + 1)
            at = at.replace(year=at.year + 1)


def assert_is(people: list[Person]) -> None:
    """The living electors are the people of the file, each once, at their door."""
    living = Elector.objects.living().values_list("number", "surname", "household__label")
    printed = [
        (str(person.number), person.surname, person.address[0].partition(" ")[0] if person.address else None)
        for person in people
    ]
    assert sorted(map(str, living)) == sorted(map(str, printed))


def assert_adds_up() -> None:
    """States say who lives and which doors stand, and the totals are the states'."""
    inhabited = Household.objects.filter(electors__gone_at=None, electors__isnull=False).distinct()
    standing = HouseholdState.objects.filter(standing=True)
    assert set(standing.values_list("household", flat=True)) == set(inhabited.values_list("pk", flat=True))
    assert HouseholdState.objects.count() == Household.objects.count()
    assert ElectorState.objects.count() == Elector.objects.count()
    assert ElectorState.objects.filter(living=True).count() == Elector.objects.living().count()
    totals = DailyDelta.objects.aggregate(doors=Sum("doors"), electors=Sum("electors"))
    assert totals == {"doors": standing.count(), "electors": Elector.objects.living().count()}
    twice = Elector.objects.living().values("edition", "number", "suffix").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice.exists()
