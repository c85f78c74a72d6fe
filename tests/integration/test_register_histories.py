"""Any sequence of full files and updates in any layouts: nobody twice, no id changes, no contact lost."""

import os
import tempfile
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

from django.db.models import Count
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from canvassing.doorstep import rebuild
from canvassing.doorstep.models import Contact
from canvassing.electorate.models import Elector, Household
from canvassing.register.layouts import Change
from canvassing.register.models import RegisterImport
from tests.factories.canvassing import AllocationFactory, walk_of
from tests.factories.register import AT, EDITION, Person, anonymous, bring_in
from tests.factories.register_layouts import FULL, UPDATE, write_rows

STREETS = ("Test Street", "Mill Lane", "Rose Gardens")
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le")

steps = st.lists(
    st.one_of(
        st.tuples(st.just("full"), st.sampled_from(sorted(FULL)), st.integers(0, 2**16)),
        st.tuples(st.just("update"), st.sampled_from(sorted(UPDATE)), st.integers(0, 2**16)),
        st.tuples(st.just("december"), st.sampled_from(sorted(FULL)), st.integers(0, 2**16)),
        st.tuples(st.just("knock"), st.just(""), st.integers(0, 2**16)),
        st.tuples(st.just("rename a street"), st.sampled_from(sorted(FULL)), st.integers(0, 2**16)),
        st.tuples(st.just("redistrict"), st.sampled_from(sorted(FULL)), st.integers(0, 2**16)),
    ),
    min_size=3,
    max_size=8,
)


@dataclass
class Council:
    """Who is registered, as the council knows it, and the files it sends of it."""

    folder: Path
    people: dict[tuple[str, int], Person] = field(default_factory=dict)
    edition: date = EDITION
    at: datetime = AT
    names: int = 0
    contacts: dict[str, tuple[int, int]] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for _ in range(24):
            self.come(Random(self.names))
        self.send(FULL["xpress_full_14"](self.people.values()), Random(0))

    # What happens to people

    def come(self, rng: Random) -> Person:
        """Somebody new with a name nobody else has, at some door."""
        self.names += 1
        district = rng.choice(("TA", "TB"))
        number = 1 + max((number for place, number in self.people if place == district), default=0)
        house, street = rng.randint(1, 6), rng.choice(STREETS)
        lines = (
            (f"Flat {rng.randint(1, 3)}", f"{house} {street}", "London")
            if house > 4
            else (f"{house} {street}", "London")
        )
        postcode = f"N{STREETS.index(street) + 1} 1AA"
        person = Person(
            number, f"Tester{letters(self.names)}", f"Given{letters(self.names)}", lines, postcode, district
        )
        self.people[district, number] = person
        return person

    def change(self, rng: Random) -> list[tuple[Change, Person]]:
        """A few leave, move, marry, hide or come; what an update would say of them."""
        said: list[tuple[Change, Person]] = []
        for key, person in list(self.people.items()):
            if rng.random() < 0.08 and len(self.people) > 12:
                del self.people[key]
                said.append((Change.DELETE, person))
            elif rng.random() < 0.08 and not person.marker:
                self.people[key] = self.otherwise(person, rng)
                said.append((Change.AMEND, self.people[key]))
        said += [(Change.ADD, self.come(rng)) for _ in range(rng.randint(0, 3))]
        return said

    def otherwise(self, person: Person, rng: Random) -> Person:
        if rng.random() < 0.2:
            return anonymous(person.number, person.district)
        if rng.random() < 0.5:
            self.names += 1
            return replace(person, surname=f"Married{letters(self.names)}")
        return replace(person, address=(f"{rng.randint(1, 4)} {rng.choice(STREETS)}", "London"))

    def renumber(self, rng: Random) -> None:
        people = list(self.people.values())
        rng.shuffle(people)
        self.people = {}
        for number, person in enumerate(people, start=1):
            self.people[person.district, number] = replace(person, number=number)

    # What is sent

    def live(self, what: str, layout: str, seed: int) -> None:
        rng = Random(seed)
        if what == "knock":
            self.knock(rng)
            return
        if what == "update":
            if said := self.change(rng):
                self.send(UPDATE[layout](said), rng)
            return
        self.change(rng)
        if what == "december":
            self.edition, self.at = (
                self.edition.replace(year=self.edition.year + 1),
                self.at.replace(year=self.at.year + 1),
            )
            self.renumber(rng)
        if what == "rename a street":
            self.people = {key: with_line(one, "Mill Lane", "Mill Road") for key, one in self.people.items()}
        if what == "redistrict":
            self.edition, self.at = (
                self.edition.replace(year=self.edition.year + 1),
                self.at.replace(year=self.at.year + 1),
            )
            self.people = {
                k: replace(one, district="TC") if "Rose" in str(one.address) else one for k, one in self.people.items()
            }
            self.renumber(rng)
        self.send(FULL[layout](self.people.values()), rng)

    def send(self, rows: list[list[str]], rng: Random) -> None:
        header, *body = rows
        rng.shuffle(body)
        file = write_rows(
            self.folder / "register.csv", [header, *body], encoding=rng.choice(ENCODINGS), delimiter=rng.choice("\t,")
        )
        record = bring_in(file, accept_losses=True, edition=self.edition, at=self.at)
        assert record.state == RegisterImport.State.DONE, record.report
        self.check()

    def knock(self, rng: Random) -> None:
        """Somebody is spoken with at a door; what is logged there names both."""
        living = Elector.objects.living().exclude(household=None).order_by("pk")
        elector = living[rng.randrange(len(living))]
        allocation = AllocationFactory(walk=walk_of(elector.household, retired=True), handed_back=True)
        key = uuid4()
        contact = Contact.objects.create(
            id=key, root=key, constituency=elector.constituency, allocation=allocation, household=elector.household,
            elector=elector, kind="contact", outcome="answered", said_at=self.at, skew=timedelta(), seq=1,
            happened_at=self.at, received_at=self.at, device=uuid4(), legal_mode="full", content_hash=b"0" * 32,
        )  # fmt: skip
        self.contacts[str(contact.pk)] = (elector.pk, elector.household_id)
        rebuild.rebuild(at=self.at)

    # What must hold

    def check(self) -> None:
        assert rebuild.differences() == []
        twice = (
            Elector.objects.living().values("polling_district", "edition", "number", "suffix").annotate(n=Count("pk"))
        )
        assert not twice.filter(n__gt=1).exists()
        printed = sorted((one.district, str(one.number), one.surname) for one in self.people.values())
        living = Elector.objects.living().values_list("polling_district__code", "number", "surname")
        assert sorted(living) == printed
        for pk, name in Elector.objects.exclude(forename="").values_list("pk", "forename"):
            assert self.keys.setdefault(pk, name) == name, "a row became somebody else's"
        kept = Contact.objects.values_list("pk", "elector", "household")
        assert {str(pk): (elector, household) for pk, elector, household in kept} == self.contacts
        assert not Household.objects.exclude(merged_into=None).exists()


def letters(number: int) -> str:
    """A name's ending that no other has, in letters."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def with_line(person: Person, old: str, new: str) -> Person:
    return replace(person, address=tuple(line.replace(old, new) for line in person.address))


class Histories(TestCase):
    @settings(max_examples=int(os.environ.get("HISTORIES", "8")), deadline=None)
    @given(steps)
    def test_every_contact_keeps_its_door_and_its_person(self, story: list[tuple[str, str, int]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            council = Council(Path(folder))
            for what, layout, seed in story:
                council.live(what, layout, seed)
            council.check()
