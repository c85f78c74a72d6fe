"""Streets with homes as changes by hand meet them: cut into walks, made one, and the doors that stand there after."""

from campaign.acts.streets import merge_streets
from canvassing.electorate.models import Household, PollingDistrict, Street
from canvassing.walks.cut import cut
from canvassing.walks.models import Purpose
from tests.factories.canvassing import AT, StreetFactory
from tests.factories.doorstep import homes


def street_of(number: int, name: str, district: PollingDistrict | None = None) -> Street:
    """A street with a key as the parser writes it, and homes along it."""
    street = StreetFactory(name=name, name_key=name.lower().replace(" ", ""), **_in(district))
    homes(number, street=street)
    return street


def _in(district: PollingDistrict | None) -> dict[str, PollingDistrict]:
    return {"polling_district": district} if district else {}


def merge(keep: Street, other: Street) -> None:
    merge_streets(keep=keep, other=other, by=None, at=AT)
    keep.refresh_from_db()
    other.refresh_from_db()


def doors_of(street: Street) -> list[str]:
    standing = Household.objects.filter(street=street, merged_into=None).order_by("sort_key", "pk")
    return list(standing.values_list("label", flat=True))


def cut_all(*streets: Street) -> None:
    cut(district_ids={street.polling_district_id for street in streets}, purpose=Purpose.CANVASS, at=AT)
