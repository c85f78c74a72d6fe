"""The constituency and its polling districts as a table names them, made where they are not there yet."""

from collections import defaultdict

from campaign.areas.models import Constituency, Ward
from campaign.areas.naming import same_name
from canvassing.electorate.models import PollingDistrict
from canvassing.register.place_tables import Place
from canvassing.register.report import RegisterRefused

LONGEST_CODE, LONGEST_WARD, LONGEST_COUNCIL = 20, 120, 60


def the_constituency() -> Constituency:
    """The campaign's one constituency, made with a name to be changed when there is none yet.

    Raises RegisterRefused when there are several.
    """
    found = list(Constituency.objects.order_by("pk")[:2])
    if len(found) > 1:
        raise RegisterRefused("there are several constituencies, and a file does not say which it belongs to.")
    return found[0] if found else Constituency.objects.create(name="Constituency")


class KnownDistricts:
    """Polling districts by code. `named` are those that a file has asked for, in no order."""

    def __init__(self, constituency: Constituency) -> None:
        self.constituency = constituency
        self.named: dict[int, PollingDistrict] = {}
        self._by_code: defaultdict[str, list[PollingDistrict]] = defaultdict(list)
        for district in constituency.polling_districts.select_related("ward").order_by("pk"):
            self._by_code[district.code.casefold()].append(district)

    def get(self, code: str, council: str, at: Place) -> PollingDistrict:
        """The polling district of this code, made when there is none.

        Without a council there must be one alone of that code. Raises RegisterRefused when there are two.
        """
        known = self._by_code[code.casefold()]
        found = known if not council else self._of_council(known, council)
        if len(found) > 1:
            raise at.refuse(f"two councils use the code {code}. Say which is meant in a column called council.")
        district = found[0] if found else self._make(code, council if known else "")
        self.named[district.pk] = district
        return district

    def not_known_yet(self) -> PollingDistrict:
        """The one without a code, for streets of which nobody has said yet where they lie."""
        known = [district for district in self._by_code[""] if not district.council]
        return known[0] if known else self._make("", "")

    def _of_council(self, known: list[PollingDistrict], council: str) -> list[PollingDistrict]:
        """That council's; else the one that is known without a council."""
        theirs = [district for district in known if same_name(district.council) == same_name(council)]
        return theirs or [district for district in known if not district.council]

    def _make(self, code: str, council: str) -> PollingDistrict:
        district = PollingDistrict.objects.create(constituency=self.constituency, code=code, council=council)
        self._by_code[code.casefold()].append(district)
        return district


def wards_by_name(constituency: Constituency) -> dict[str, Ward]:
    """The constituency's wards by their names as they are compared."""
    return {same_name(ward.name): ward for ward in constituency.wards.order_by("pk")}
