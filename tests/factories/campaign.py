"""Rows of the campaign itself, in the situations that tests ask for."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from campaign.areas.models import Constituency, Ward
from campaign.details.models import CampaignDetails, Deadline, LegalMode

SQUARE = {"type": "Polygon", "coordinates": [[[-0.12, 51.55], [-0.10, 51.55], [-0.10, 51.56], [-0.12, 51.55]]]}


class CampaignDetailsFactory(DjangoModelFactory[CampaignDetails]):
    """A campaign ready to go out. `unpublished` has no imprint yet."""

    class Meta:
        model = CampaignDetails
        django_get_or_create = ["id"]

    class Params:
        unpublished = factory.Trait(imprint="")
        full_mode = factory.Trait(legal_mode=LegalMode.FULL)

    id = 1
    candidate = "Ada Marlowe"
    standing_as = "Independent"
    statement = "A voice that answers to this place."
    polling_day = date(2024, 7, 4)
    imprint = "Promoted by J. Placeholder, 1 Example Street, London N1 0AA, on behalf of Ada Marlowe."
    contact_email = "hello@example.org"


class DeadlineFactory(DjangoModelFactory[Deadline]):
    """The postal vote deadline of 4 July 2024, as computed. `confirmed` stands in the Returning Officer's timetable."""

    class Meta:
        model = Deadline

    class Params:
        confirmed = factory.Trait(confirmed_at=datetime(2024, 6, 1, 9, tzinfo=UTC))

    kind = Deadline.Kind.POSTAL
    proposed_at = datetime(2024, 6, 19, 16, tzinfo=UTC)
    due_at = factory.SelfAttribute("proposed_at")


class ConstituencyFactory(DjangoModelFactory[Constituency]):
    class Meta:
        model = Constituency
        django_get_or_create = ["name"]

    name = "Islington North"


class WardFactory(DjangoModelFactory[Ward]):
    """A ward of the one constituency. `outlined` has a shape."""

    class Meta:
        model = Ward

    class Params:
        outlined = factory.Trait(outline=SQUARE)

    constituency = factory.SubFactory(ConstituencyFactory)
    name = factory.Sequence(lambda number: f"Ward {number}")
