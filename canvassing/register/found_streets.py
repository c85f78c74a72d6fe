"""The streets that lists mean: found by name, followed where they were merged, made where nobody knew them."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby

from campaign.areas.models import Constituency
from canvassing.electorate.models import Street
from canvassing.register.known_districts import KnownDistricts
from canvassing.register.wanted_streets import Wanted

AT_A_TIME = 2000


def find_or_make(wanted: Iterable[Wanted], districts: KnownDistricts) -> tuple[list[tuple[Street, Wanted]], set[int]]:
    """The standing streets that are meant, each with what is said of it; and the keys of those that had to be made.

    Streets whose polling district is said come first: the others may be among them.
    """
    in_order = sorted(wanted, key=lambda one: (one.district is None, one.key, one.district.pk if one.district else 0))
    known = _known(districts.constituency, {one.key for one in in_order})
    found: dict[int, tuple[Street, Wanted]] = {}
    added = set()
    for _, group in groupby(in_order, key=lambda one: one.district is None):
        several = list(group)
        new = [one for one in several if not _those_of(one, known[one.key])]
        for street in _make(new, districts):
            known[street.name_key].append((street.polling_district_id, street))
            added.add(street.pk)
        for one in several:
            for street in _those_of(one, known[one.key]):
                earlier = found.get(street.pk)
                found[street.pk] = (earlier[0], earlier[1].with_what_is_in(one)) if earlier else (street, one)
    return list(found.values()), added


def _make(new: Iterable[Wanted], districts: KnownDistricts) -> list[Street]:
    return Street.objects.bulk_create(
        [
            Street(
                polling_district=one.district or districts.not_known_yet(),
                name=min(one.names),
                name_key=one.key,
                origin=Street.Origin.STREETS,
                expected_doors=one.expected,
            )
            for one in new
        ],
        batch_size=AT_A_TIME,
    )


def _those_of(one: Wanted, known: Iterable[tuple[int, Street]]) -> list[Street]:
    """Of the streets of its name those that are meant. Raises RegisterRefused where doors could be any one's."""
    there = {street.pk: street for district, street in known if one.district is None or district == one.district.pk}
    if len(there) > 1 and one.says_doors:
        where = " and ".join(sorted(str(street.polling_district) for street in there.values()))
        raise one.at.refuse(
            f"there is a street of this name in {where}. Say which is meant in a column called polling_district."
        )
    return list(there.values())


def _known(constituency: Constituency, keys: set[str]) -> defaultdict[str, list[tuple[int, Street]]]:
    """By name: each polling district in which there is such a street, and what that street has become."""
    known: defaultdict[str, list[tuple[int, Street]]] = defaultdict(list)
    ordered = sorted(keys)
    for start in range(0, len(ordered), AT_A_TIME):
        rows = Street.objects.filter(
            polling_district__constituency=constituency, name_key__in=ordered[start : start + AT_A_TIME]
        ).select_related("polling_district", "merged_into__polling_district")
        for street in rows.order_by("pk"):
            known[street.name_key].append((street.polling_district_id, _standing(street)))
    return known


def _standing(street: Street) -> Street:
    """What `street` is now: one that was merged is a signpost."""
    while street.merged_into is not None:
        street = street.merged_into
    return street
