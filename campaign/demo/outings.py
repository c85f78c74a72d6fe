"""Nine days of canvassing: who walked which walk, and what happened at each door. Invented here, written elsewhere."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from campaign.foundation.election_dates import LONDON
from canvassing.doorstep.events import Kind
from canvassing.doorstep.outcomes import Outcome

DAYS = 9
SATURDAY = 5
WEEKEND_START, EVENING_START = time(11, 0), time(17, 30)
LONGEST = timedelta(hours=2, minutes=20)
# How much of each ward has been walked: some are well ahead, one has not been begun.
WARD_SHARES = (0.85, 0.62, 0.48, 0.37, 0.28, 0.17, 0.08, 0.0)
SHARE_WITHOUT_WARD = 0.1
WALKED_AGAIN = 0.25
BROKEN_OFF = 0.2
LOCKED_ENTRANCES = 0.12
AT_THE_DOOR = {Outcome.NO_ANSWER: 0.66, Outcome.ANSWERED: 0.29, Outcome.REFUSED: 0.05}
PERSON_KNOWN = 0.85
SECOND_PERSON = 0.12
SLIPS = 0.012  # a wrong button, undone at once


class Door(NamedTuple):
    """A door of a walk: the block whose entrance it lies behind, and the electors who live there."""

    household: int
    block: int | None
    electors: tuple[int, ...]


class Stretch(NamedTuple):
    """One walk with its doors in walking order. `ward` is None where the district lies in none yet."""

    walk: int
    constituency: int
    district: int
    ward: str | None
    doors: tuple[Door, ...]


class Knock(NamedTuple):
    """One event, as a phone sends it; an undo has no outcome."""

    id: UUID
    root: UUID
    kind: Kind
    household: int
    elector: int | None
    outcome: Outcome | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Outing:
    """One walk in one person's hands until handed back. `canvasser` is a place in the list of volunteers."""

    stretch: Stretch
    canvasser: int
    began_at: datetime
    ended_at: datetime
    knocks: list[Knock]


def invent(stretches: Sequence[Stretch], *, canvassers: int, until: date, seed: int) -> Iterator[Outing]:
    """The outings of the nine days before `until`, day by day. The first of `canvassers` stays at home.

    Some walks are walked again days later, at the doors where nobody came the first time.
    """
    crew = _Crew(Random(f"{seed}: outings"), canvassers)  # noqa: S311 - invention, no secret
    plan: defaultdict[int, list[tuple[Stretch, Sequence[Door]]]] = defaultdict(list)
    for stretch in crew.choose(stretches):
        plan[min(int(crew.rng.triangular(0, DAYS, 0.7 * DAYS)), DAYS - 1)].append((stretch, stretch.doors))
    for number in range(DAYS):
        for stretch, doors in plan[number]:
            outing = crew.walk(stretch, doors, until - timedelta(days=DAYS - number))
            yield outing
            missed = _missed(doors, outing.knocks)
            if missed and number + 2 < DAYS and crew.rng.random() < WALKED_AGAIN:
                plan[crew.rng.randrange(number + 2, DAYS)].append((stretch, missed))


def _missed(doors: Sequence[Door], knocks: Sequence[Knock]) -> list[Door]:
    met = {knock.household for knock in knocks if knock.outcome and knock.outcome.is_answer}
    return [door for door in doors if door.household not in met]


class _Crew:
    """Those who walk, taking turns, and what comes of it."""

    def __init__(self, rng: Random, size: int) -> None:
        self.rng = rng
        self.size = size
        self.outings = 0

    def choose(self, stretches: Sequence[Stretch]) -> Iterator[Stretch]:
        """Of each ward as many walks as make up its share of doors."""
        of_ward: defaultdict[str | None, list[Stretch]] = defaultdict(list)
        for stretch in stretches:
            of_ward[stretch.ward].append(stretch)
        shares = iter(self.rng.sample(WARD_SHARES, len(WARD_SHARES)))
        for ward, its_stretches in of_ward.items():
            share = SHARE_WITHOUT_WARD if ward is None else next(shares)
            wanted = share * sum(len(stretch.doors) for stretch in its_stretches)
            for stretch in self.rng.sample(its_stretches, len(its_stretches)):
                if wanted <= 0:
                    break
                wanted -= len(stretch.doors)
                yield stretch

    def walk(self, stretch: Stretch, doors: Sequence[Door], day: date) -> Outing:
        """One outing along `doors`; in some, people go home early, or run out of time."""
        self.outings += 1
        began_at = self._start(day)
        at, knocks = began_at, list[Knock]()
        reach = self.rng.uniform(0.4, 0.9) if self.rng.random() < BROKEN_OFF else 1
        locked = {
            block for block in {door.block: None for door in doors if door.block} if self._happens(LOCKED_ENTRANCES)
        }
        for door in doors[: max(1, round(reach * len(doors)))]:
            at += timedelta(seconds=self.rng.randint(35, 100))
            if at > began_at + LONGEST:
                break
            for knock in self._knocks(door, at, locked=door.block in locked):
                knocks.append(knock)
                at = knock.at
        return Outing(stretch, 1 + self.outings % (self.size - 1), began_at, at + timedelta(minutes=10), knocks)

    def _start(self, day: date) -> datetime:
        start = WEEKEND_START if day.weekday() >= SATURDAY else EVENING_START
        return datetime.combine(day, start, tzinfo=LONDON) + timedelta(minutes=self.rng.randint(0, 40))

    def _knocks(self, door: Door, at: datetime, *, locked: bool) -> Iterator[Knock]:
        """What happens at one door: in most cases one thing; a slip and its undo, or a second person besides."""
        if locked:
            yield self._contact(door, Outcome.NO_ACCESS, None, at)
            return
        if self._happens(SLIPS):
            slip = self._contact(door, Outcome.REFUSED, None, at)
            yield slip
            yield slip._replace(id=self._id(), kind=Kind.VOID, outcome=None, at=at + timedelta(seconds=4))
            at += timedelta(seconds=9)
        outcome = self.rng.choices(list(AT_THE_DOOR), list(AT_THE_DOOR.values()))[0]
        if outcome is not Outcome.ANSWERED:
            yield self._contact(door, outcome, None, at)
            return
        people = self.rng.sample(door.electors, len(door.electors)) if self._happens(PERSON_KNOWN) else []
        at += timedelta(seconds=self.rng.randint(60, 240))
        yield self._contact(door, outcome, people[0] if people else None, at)
        if people[1:] and self._happens(SECOND_PERSON):
            yield self._contact(door, outcome, people[1], at + timedelta(seconds=self.rng.randint(30, 120)))

    def _contact(self, door: Door, outcome: Outcome, elector: int | None, at: datetime) -> Knock:
        key = self._id()
        return Knock(key, key, Kind.CONTACT, door.household, elector, outcome, at)

    def _id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def _happens(self, chance: float) -> bool:
        return self.rng.random() < chance
