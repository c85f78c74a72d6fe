"""The measuring part of search_bench, run by it on a database of its own."""

# ruff: noqa: E402 - models can be imported only once Django is ready
import os
import random
import sys
from collections.abc import Callable
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
django.setup()

from django.db import connection

from canvassing.electorate.models import Elector, Household, PollingDistrict, Street
from canvassing.insight.looking_for import read
from canvassing.insight.one_door import number_of
from canvassing.insight.search import Found, Scope, search
from tests.bench.import_bench import show

GOAL = 50  # milliseconds, of nineteen in twenty
TIMES = 60
BY_KEY = (
    """SELECT elector.*, district.*, household.*, street.* FROM canvassing_elector elector
    JOIN canvassing_pollingdistrict district ON district.id = elector.polling_district_id
    LEFT JOIN canvassing_household household ON household.id = elector.household_id
    LEFT JOIN canvassing_street street ON street.id = household.street_id
    WHERE elector.id = ANY(%s)""",
    """SELECT household.*, street.*, district.* FROM canvassing_household household
    JOIN canvassing_street street ON street.id = household.street_id
    JOIN canvassing_pollingdistrict district ON district.id = street.polling_district_id
    WHERE household.id = ANY(%s)""",
    """SELECT street.*, district.* FROM canvassing_street street
    JOIN canvassing_pollingdistrict district ON district.id = street.polling_district_id
    WHERE street.id = ANY(%s)""",
)
Typed = Callable[[random.Random], str]


def main(electors: int) -> None:
    kinds: dict[str, Typed] = {
        "number": lambda rng: number_of(one_of(rng, Elector)),
        "surname": lambda rng: str(one_of(rng, Elector).surname),
        "forename and surname": lambda rng: forename_and_surname(one_of(rng, Elector)),
        "beginning of a surname": lambda rng: str(one_of(rng, Elector).surname)[:3],
        "the commonest surname": lambda rng: "smith",
        "street": lambda rng: str(one_of(rng, Street).name),
        "house number and street": lambda rng: f"{rng.randint(1, 40)} {one_of(rng, Street).name}",
        "house number and a street of many": lambda rng: f"{rng.randint(1, 40)} willow",
        "postcode": lambda rng: str(one_of(rng, Household).postcode),
        "half a postcode": lambda rng: str(one_of(rng, Household).postcode)[:-2],
    }
    rows = [measure(kind, typed, Scope(), electors) for kind, typed in kinds.items()]
    nearby = Scope(district=PollingDistrict.objects.order_by("pk")[PollingDistrict.objects.count() // 2])
    rows.append(measure("the commonest surname in one district", lambda rng: "smith", nearby, electors))
    show(rows)


def one_of(rng: random.Random, model: type[Elector] | type[Household] | type[Street]) -> Elector:
    """A row somewhere in the table."""
    last = model.objects.order_by("-pk").values_list("pk", flat=True)[0]
    return model.objects.filter(pk__gte=rng.randint(1, last)).order_by("pk")[0]  # type: ignore[return-value]


def forename_and_surname(person: Elector) -> str:
    return f"{person.forename.split()[0]} {person.surname}"


def measure(kind: str, typed: Typed, scope: Scope, electors: int) -> dict[str, object]:
    """Milliseconds of nineteen in twenty, each text searched for once, so that little of it was read before."""
    rng = random.Random(kind)
    ours, floor = [], []
    for _ in range(TIMES):
        text = typed(rng)
        began = perf_counter()
        found = search(read(text), scope)
        ours.append(perf_counter() - began)
        if not found.count:
            raise SystemExit(f"nothing found by {kind}")
        floor.append(fetch(found))
    least, took = at_most(floor), at_most(ours)
    path = f"search by {kind}, {electors:,} electors, ms"
    ratio = round(took / least, 1)
    return {"path": path, "floor": least, "ours": took, "ratio": ratio, "goal": GOAL, "met": took <= GOAL}


def fetch(found: Found) -> float:
    """Seconds to fetch the same rows by their keys."""
    kinds = ([row.pk for row in found.electors], [row.pk for row in found.doors], [row.pk for row in found.streets])
    began = perf_counter()
    with connection.cursor() as cursor:
        for statement, keys in zip(BY_KEY, kinds, strict=True):
            if keys:
                cursor.execute(statement, [keys])
                cursor.fetchall()
    return perf_counter() - began


def at_most(seconds: list[float]) -> float:
    return round(1000 * sorted(seconds)[len(seconds) * 19 // 20], 2)


if __name__ == "__main__":
    main(int(sys.argv[1]))
