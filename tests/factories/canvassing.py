"""Streets, doors, electors, walks and allocations for tests. Names are plainly made up."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory

from campaign.areas.models import Constituency, Ward
from canvassing.allocation.models import Allocation, HeldDoor
from canvassing.electorate.models import Block, Elector, Household, PollingDistrict, Street
from canvassing.progress.models import ElectorState, HouseholdState
from canvassing.walks.models import Purpose, Walk, WalkDoor, WalkStreet
from tests.factories.volunteers import VolunteerFactory

AT = datetime(2027, 4, 10, 17, 0, tzinfo=UTC)  # a Saturday in spring, 18:00 in London
HOUR = timedelta(hours=1)


class ConstituencyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Constituency

    name = factory.Sequence("Test constituency {}".format)


class WardFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Ward

    constituency = factory.SubFactory(ConstituencyFactory)
    name = factory.Sequence("Test ward {}".format)


class PollingDistrictFactory(factory.django.DjangoModelFactory):
    """Without a ward, as a register file leaves it."""

    class Meta:
        model = PollingDistrict

    class Params:
        in_a_ward = factory.Trait(
            ward=factory.SubFactory(WardFactory, constituency=factory.SelfAttribute("..constituency"))
        )

    constituency = factory.SubFactory(ConstituencyFactory)
    code = factory.Sequence("T{:03d}".format)
    edition = date(2026, 12, 1)


class StreetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Street

    polling_district = factory.SubFactory(PollingDistrictFactory)
    name = factory.Sequence("Test Street {:03d}".format)
    name_key = factory.LazyAttribute(lambda street: street.name.upper())


class BlockFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Block

    street = factory.SubFactory(StreetFactory)
    name = factory.Sequence("Test Court {:03d}".format)
    name_key = factory.LazyAttribute(lambda block: block.name.upper())


class HouseholdStateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = HouseholdState

    constituency = factory.SelfAttribute("household.constituency")
    street = factory.SelfAttribute("household.street")
    polling_district = factory.SelfAttribute("household.street.polling_district")


class HouseholdFactory(factory.django.DjangoModelFactory):
    """A house with a number; its state is made with it."""

    class Meta:
        model = Household
        skip_postgeneration_save = True

    class Params:
        number = factory.Sequence(lambda n: n + 1)
        flat = factory.Trait(
            block=factory.SubFactory(BlockFactory, street=factory.SelfAttribute("..street")),
            label=factory.LazyAttribute(lambda door: f"Flat {door.number}, {door.block.name}"),
            sort_key=factory.LazyAttribute(lambda door: f"{door.block.name} {door.number:06d}"),
            house_number=None,
        )
        nobody_left = factory.Trait(
            state=factory.RelatedFactory(HouseholdStateFactory, "household", standing=False),
        )
        tried = factory.Trait(
            state=factory.RelatedFactory(
                HouseholdStateFactory, "household", attempts=1, last_outcome="no_answer", last_at=AT
            ),
        )

    street = factory.SubFactory(StreetFactory)
    constituency = factory.SelfAttribute("street.polling_district.constituency")
    label = factory.LazyAttribute(lambda door: str(door.number))
    address_key = factory.LazyAttribute(lambda door: door.label.upper())
    sort_key = factory.LazyAttribute(lambda door: f"{door.number:06d}")
    house_number = factory.SelfAttribute("number")
    postcode = "N1 1AA"
    state = factory.RelatedFactory(HouseholdStateFactory, "household")


class ElectorStateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ElectorState

    constituency = factory.SelfAttribute("elector.constituency")
    polling_district = factory.SelfAttribute("elector.polling_district")
    street = factory.LazyAttribute(lambda state: state.elector.household and state.elector.household.street)


class ElectorFactory(factory.django.DjangoModelFactory):
    """Somebody living on the register, at a house; her state is made with her."""

    class Meta:
        model = Elector
        skip_postgeneration_save = True

    class Params:
        without_address = factory.Trait(household=None, polling_district=factory.SubFactory(PollingDistrictFactory))
        gone = factory.Trait(gone_at=AT, state=factory.RelatedFactory(ElectorStateFactory, "elector", living=False))
        reached = factory.Trait(
            state=factory.RelatedFactory(ElectorStateFactory, "elector", conversations=1, reached_at=AT)
        )

    household = factory.SubFactory(HouseholdFactory)
    polling_district = factory.SelfAttribute("household.street.polling_district")
    constituency = factory.SelfAttribute("polling_district.constituency")
    edition = date(2026, 12, 1)
    number = factory.Sequence("{}".format)
    surname = factory.Sequence("Testsurname{}".format)
    forename = "Tess"
    name_key = factory.LazyAttribute(lambda elector: f"{elector.surname} {elector.forename}".upper())
    state = factory.RelatedFactory(ElectorStateFactory, "elector")


class WalkFactory(factory.django.DjangoModelFactory):
    """A walk without a street or a door; `walk_along` and `walk_of` give it some."""

    class Meta:
        model = Walk

    class Params:
        retired = factory.Trait(retired_at=AT)

    polling_district = factory.SubFactory(PollingDistrictFactory)
    constituency = factory.SelfAttribute("polling_district.constituency")
    purpose = Purpose.CANVASS
    name = factory.Sequence("Test walk {}".format)
    cut_at = AT - 24 * HOUR


def walk_along(street: Street, *doors: Household, **facts: Any) -> Walk:
    """A walk of `street` with these doors in walking order, or known by name only."""
    facts = {"name": street.name, "polling_district": street.polling_district} | facts
    walk = WalkFactory(door_count=len(doors), **facts)
    WalkStreet.objects.create(walk=walk, street=street)
    WalkDoor.objects.bulk_create(
        WalkDoor(walk=walk, household=door, position=place, purpose=walk.purpose, live=walk.retired_at is None)
        for place, door in enumerate(doors, start=1)
    )
    return walk


def walk_of(*doors: Household, **facts: Any) -> Walk:
    """A walk of these doors of one street, in this order."""
    return walk_along(doors[0].street, *doors, **facts)


def houses(count: int, street: Street | None = None, **facts: Any) -> list[Household]:
    """Houses numbered from 1 along one street."""
    street = street or StreetFactory()
    return [HouseholdFactory(street=street, number=number, **facts) for number in range(1, count + 1)]


def hold_doors(allocation: Allocation, create: bool, extracted: object, **kwargs: object) -> None:
    """Hold every door of the walk, as far as the allocation still stands."""
    HeldDoor.objects.bulk_create(
        HeldDoor(allocation=allocation, household_id=pk, purpose=purpose, released_at=allocation.ended_at)
        for pk, purpose in allocation.walk.doors.order_by("household_id").values_list("household_id", "purpose")
    )


class AllocationFactory(factory.django.DjangoModelFactory):
    """A walk in somebody's hands since an hour before AT, with two hours left; its doors are held."""

    class Meta:
        model = Allocation
        skip_postgeneration_save = True

    class Params:
        run_out = factory.Trait(started_at=AT - 5 * HOUR, expires_at=AT - HOUR)
        handed_back = factory.Trait(ended_at=AT - HOUR / 2, end=Allocation.End.HANDED_BACK)

    walk = factory.SubFactory(WalkFactory)
    holder = factory.SubFactory(VolunteerFactory)
    started_at = AT - HOUR
    expires_at = AT + 2 * HOUR
    held = factory.PostGeneration(hold_doors)
