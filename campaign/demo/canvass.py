"""The invented outings written through the true tables, set by set; states and daily totals follow from them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from hashlib import sha256
from itertools import count, groupby
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection

from campaign.demo.outings import Door, Knock, Outing, Stretch
from campaign.details.models import LegalMode
from canvassing.allocation.models import Allocation
from canvassing.doorstep import register_rules
from canvassing.doorstep.fold import Logged
from canvassing.doorstep.models import Tally
from canvassing.doorstep.outcomes import Outcome
from canvassing.doorstep.refold import refold
from canvassing.electorate.models import Elector
from canvassing.progress import deltas
from canvassing.progress.days import london_day
from canvassing.walks.models import Purpose, Walk, WalkDoor
from volunteers.people.models import RegisterAcknowledgement, User, Volunteer

LEASE = timedelta(hours=3)
CANVASSER = 0  # rank: an organiser's correction would have more say
ON_THE_WAY = timedelta(seconds=5)  # from the phone to us
# Opinions are kept as tallies only, the mode a campaign begins with. Each answer's share of the first evening's and
# of the last: that he still stands for his party is believed less and less.
SAID_WHOSE, SAID_SUPPORT = 0.7, 0.55
WHOSE = {
    "independent": (0.36, 0.52), "former_party": (0.42, 0.27), "other_party": (0.06, 0.06), "not_sure": (0.16, 0.15),
}  # fmt: skip
SUPPORT = {"1": 0.16, "2": 0.12, "3": 0.24, "4": 0.23, "5": 0.25}


def stretches() -> list[Stretch]:
    """Every walk with its doors, in an order that does not depend on keys."""
    at_home: defaultdict[int, list[int]] = defaultdict(list)
    people = Elector.objects.living().exclude(household=None)
    for household, elector in people.order_by("polling_district__code", "number", "suffix").values_list(
        "household", "pk"
    ):
        at_home[household].append(elector)
    doors: defaultdict[int, list[Door]] = defaultdict(list)
    rows = WalkDoor.objects.filter(live=True).order_by("walk", "position")
    for walk, household, block in rows.values_list("walk", "household", "household__block"):
        doors[walk].append(Door(household, block, tuple(at_home[household])))
    walks = Walk.objects.live().order_by("polling_district__code", "pk")
    return [
        Stretch(*walk, tuple(doors[walk[0]]))
        for walk in walks.values_list("pk", "constituency", "polling_district", "polling_district__ward__name")
    ]


def write(outings: Iterable[Outing], *, volunteers: Sequence[Volunteer], by: User, seed: int) -> None:
    """Allocations that were handed back, their doors' holds, contacts and tallies.

    States and totals are worked out after each day's contacts, so that every day has what it gained.
    """
    walked = list(outings)
    allocations = Allocation.objects.bulk_create(
        Allocation(
            walk_id=outing.stretch.walk,
            holder=volunteers[outing.canvasser],
            handed_out_by=by,
            started_at=outing.began_at,
            expires_at=outing.began_at + LEASE,
            ended_at=outing.ended_at,
            end=Allocation.End.HANDED_BACK,
        )
        for outing in walked
    )
    handed_out = list(zip(allocations, walked, strict=True))
    _copy("canvassing_helddoor", HELD_DOOR, _held_doors(handed_out))
    RegisterAcknowledgement.objects.bulk_create(_acknowledgements(walked, volunteers))
    Tally.objects.bulk_create(_tallies(walked, seed))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # statistics of tables that were empty a moment ago lead to very slow plans
    phones = _Phones(volunteers, seed)
    for _, that_day in groupby(handed_out, key=lambda pair: london_day(pair[1].began_at)):
        sent = [(pair, event) for pair in that_day for event in phones.send(*pair)]
        _copy("canvassing_contact", CONTACT, (_contact(*pair, event) for pair, event in sent))
        deltas.add(refold(new=[event for _, event in sent], besides=()).gains)


HELD_DOOR = ("household_id", "purpose", "allocation_id", "released_at")


def _held_doors(handed_out: Iterable[tuple[Allocation, Outing]]) -> Iterator[tuple[Any, ...]]:
    for allocation, outing in handed_out:
        for door in outing.stretch.doors:
            yield door.household, Purpose.CANVASS.value, allocation.pk, allocation.ended_at


CONTACT = (
    "id", "constituency_id", "allocation_id", "volunteer_id", "household_id", "elector_id", "kind", "root", "rank",
    "outcome", "opinions", "legal_mode", "device", "seq", "said_at", "skew", "happened_at", "received_at",
    "content_hash",
)  # fmt: skip


class _Phones:
    """The volunteers' phones: each numbers what it sends."""

    def __init__(self, volunteers: Sequence[Volunteer], seed: int) -> None:
        rng = Random(f"{seed}: phones")  # noqa: S311 - invention, no secret
        self.devices = {volunteer.pk: UUID(int=rng.getrandbits(128), version=4) for volunteer in volunteers}
        self.numbers: defaultdict[UUID, Iterator[int]] = defaultdict(lambda: count(1))

    def send(self, allocation: Allocation, outing: Outing) -> Iterator[Logged]:
        device = self.devices[allocation.holder_id]
        for knock in outing.knocks:
            yield Logged(
                id=knock.id,
                household=knock.household,
                elector=knock.elector,
                allocation=allocation.pk,
                kind=knock.kind,
                root=knock.root,
                rank=CANVASSER,
                outcome=knock.outcome or "",
                happened_at=knock.at,
                device=device,
                seq=next(self.numbers[device]),
            )


def _contact(allocation: Allocation, outing: Outing, event: Logged) -> tuple[Any, ...]:
    at = event.happened_at
    return (
        event.id, outing.stretch.constituency, allocation.pk, allocation.holder_id, event.household, event.elector,
        str(event.kind), event.root, event.rank, str(event.outcome), "{}", LegalMode.TALLY.value, event.device,
        event.seq, at, timedelta(0), at, at + ON_THE_WAY,
        sha256(event.id.bytes).digest(),  # no phone holds these events, so none will be compared with it
    )  # fmt: skip


def _acknowledgements(outings: Iterable[Outing], volunteers: Sequence[Volunteer]) -> Iterator[RegisterAcknowledgement]:
    """Everybody who went out promised to keep to the rules on the register before the first walk."""
    first = {outing.canvasser: outing.began_at for outing in reversed(list(outings))}
    for canvasser, at in first.items():
        yield RegisterAcknowledgement(
            volunteer=volunteers[canvasser], version=register_rules.VERSION, acknowledged_at=at
        )


def _tallies(outings: Sequence[Outing], seed: int) -> Iterator[Tally]:
    """What the people reached said, as counts of a district's day."""
    rng = Random(f"{seed}: opinions")  # noqa: S311 - invention, no secret
    counts: Counter[tuple[int, date, str, str]] = Counter()
    for number, outing in enumerate(outings):
        district, day = outing.stretch.district, london_day(outing.began_at)
        for _ in filter(_reached, outing.knocks):
            if rng.random() < SAID_WHOSE:
                counts[district, day, "stands_for", _whose(number / len(outings), rng)] += 1
            if rng.random() < SAID_SUPPORT:
                counts[district, day, "support", rng.choices(list(SUPPORT), list(SUPPORT.values()))[0]] += 1
    for (district, day, question, answer), people in counts.items():
        yield Tally(polling_district_id=district, day=day, question=question, answer=answer, count=people)


def _reached(knock: Knock) -> bool:
    return knock.elector is not None and knock.outcome is Outcome.ANSWERED


def _whose(share: float, rng: Random) -> str:
    """The party people think he stands for, when `share` of the outings lie behind."""
    weights = [(1 - share) * first + share * last for first, last in WHOSE.values()]
    return rng.choices(list(WHOSE), weights)[0]


def _copy(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write `rows` by COPY. `table` and `columns` are ours, nobody's input."""
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
