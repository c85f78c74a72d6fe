"""The import of register files: read, staged, compared, and written in the caller's transaction."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from campaign.areas.models import Constituency
from canvassing.electorate import objections, street_points
from canvassing.electorate.models import Elector
from canvassing.progress import deltas, states
from canvassing.progress.days import london_day
from canvassing.register import (
    districts,
    doors,
    editions,
    matching,
    moves,
    people,
    questions,
    staging,
    updates,
)
from canvassing.register.districts import District
from canvassing.register.doors import Made
from canvassing.register.editions import EditionError
from canvassing.register.layouts import Kind
from canvassing.register.matching import Matching
from canvassing.register.report import Census, People, Places, Problem, RegisterRefused, Report
from canvassing.register.rows import RegisterFile
from canvassing.register.staging import Listener

TWO_POSTCODES = (
    "{count:,} doors are printed with two postcodes. Where that is no slip, two streets of one name lie in one polling "
    "district: split the street by hand."
)


class Named(Protocol):
    """Anything with a file's name."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the agent said about the files. `record_id` is the import's record, under which undoing finds it."""

    record_id: int
    edition: date | None = None
    accept_losses: bool = False
    council: str = ""


def import_files(
    files: Sequence[RegisterFile], *, wishes: Wishes, census: Census, at: datetime, listener: Listener
) -> Report:
    """Bring what the files say into the register: full ones together, updates one after the other.

    Full files make the register of their polling districts equal to what they say: an elector in none of them is gone.
    What is equal already is not written, so that the same files again, or their rows in another order, write nothing.
    Runs in the caller's transaction and alone (`locks`). Raises RegisterRefused, when the caller must roll back.
    """
    began = time.perf_counter()
    run = _Import(_kind(files), _constituency().pk, wishes, census, at, listener)
    questions.begin()
    for batch in [files] if run.full else [[file] for file in files]:
        run.bring_in(batch)
    for reason in run.remarks():
        census.note(Problem(names_of(files), None, reason))
    run.bring_up_to_date()
    households, streets = doors.count_places(run.constituency, run.made)
    review = questions.keep(record_id=wishes.record_id, at=at)
    staging.unstage()
    return Report(
        layouts=[file.layout.name for file in files],
        kinds=[run.kind],
        encodings=[file.encoding for file in files],
        editions=run.editions,
        census=census,
        electors=run.electors,
        households=households,
        streets=streets,
        review=review,
        seconds=time.perf_counter() - began,
        doors_moved=run.doors_moved,
        districts=sorted(run.stale),
    )


@dataclass(slots=True)
class _Import:
    """One import as it goes on: what was asked, and what has been done so far. `stale` districts need new states."""

    kind: Kind
    constituency: int
    wishes: Wishes
    census: Census
    at: datetime
    listener: Listener
    made: Made = field(default_factory=Made)
    electors: People = field(default_factory=People)
    doors_moved: int = 0
    editions: list[date] = field(default_factory=list)
    districts: dict[int, District] = field(default_factory=dict)
    stale: set[int] = field(default_factory=set)

    @property
    def full(self) -> bool:
        return self.kind == Kind.FULL

    def bring_in(self, files: Sequence[RegisterFile]) -> None:
        """One batch, from its rows to the electors."""
        staging.stage(files, self.census, today=london_day(self.at), listener=self.listener)
        if not self.census.districts:
            raise RegisterRefused("there is no elector in it.", file=names_of(files))
        found = self._find_districts(files)
        arrived = self._make_places()
        match = Matching(found, arrived, _with_whole_names(files))
        if self.full:
            said = self.wishes.edition is not None
            matching.match_full(match, edition_said=said, accept_losses=self.wishes.accept_losses)
        else:
            updates.match_update(match)
        self.listener.go_on()
        questions.note_people()
        electors = people.apply(
            constituency_id=self.constituency,
            matching=match,
            full=self.full,
            record_id=self.wishes.record_id,
            at=self.at,
        )
        self.electors = self.electors.and_then(electors)
        questions.ask_people()
        questions.ask_doors()
        self.listener.go_on()

    def _find_districts(self, files: Sequence[RegisterFile]) -> list[District]:
        """The batch's districts, those of a full file made and at its edition. Raises RegisterRefused."""
        wishes = self.wishes
        if self.full:
            found = districts.add(self.constituency, wishes.council)
            today = london_day(self.at)
            said = [_edition_of_full(district, files, wishes, today) for district in found]
            districts.set_editions(found, said, record_id=wishes.record_id)
        else:
            found = districts.gather(self.constituency, wishes.council)
            said = _editions_of_update(found, files, wishes)
        self.editions += said
        self.districts |= {district.pk: district for district in found}
        self.stale |= set(self.districts)
        return found

    def _make_places(self) -> Sequence[int]:
        """Streets and doors, those moved first; returns the doors that came from elsewhere."""
        record = self.wishes.record_id
        self.stale |= moves.place_streets(self.constituency, record_id=record)
        streets = doors.add_streets()
        moved = moves.move_doors(self.constituency, full=self.full, record_id=record)
        self.doors_moved += moved.doors
        self.stale |= moved.districts
        households = doors.add_doors(self.constituency, record_id=record)
        self.made = Made(self.made.streets + streets, self.made.households + households)
        self.listener.go_on()
        return moved.arrived

    def remarks(self) -> Iterator[str]:
        """What the agent should know of districts and doors, once everything is in."""
        found = list(self.districts.values())
        wards, record = self.census.wards, self.wishes.record_id
        for code, before, now in districts.set_wards(self.constituency, found, wards, record_id=record):
            yield f"polling district {code} lies in the ward {now} now, not in {before}."
        if count := doors.with_two_postcodes():
            yield TWO_POSTCODES.format(count=count)
        if self.full:
            yield from _left_behind(self.constituency, self.wishes.council, found, max(self.editions))

    def bring_up_to_date(self) -> None:
        """States and totals of every district of the files and of those doors came from; objections; street points."""
        states.refresh_standing(self.stale)
        states.open_states(self.stale)
        deltas.settle(districts=self.stale, day=london_day(self.at))
        objections.reattach(constituency_id=self.constituency)
        street_points.place_streets(self.stale)
        self.listener.go_on()


def _kind(files: Sequence[RegisterFile]) -> Kind:
    kinds = {file.layout.kind for file in files}
    if Kind.ABSENT in kinds:
        raise RegisterRefused("this is a list of absent voters, which has a page and a command of its own.")
    if len(kinds) > 1:
        raise RegisterRefused(
            "some of the files are full registers and others updates. Import the full ones first, then the updates.",
            file=names_of(files),
        )
    return kinds.pop()


def _with_whole_names(files: Sequence[RegisterFile]) -> list[int]:
    return [number for number, file in enumerate(files) if file.columns.has("name")]


def _edition_of_full(district: District, files: Sequence[RegisterFile], wishes: Wishes, today: date) -> date:
    named = [files[number] for number in district.files] or files
    dated = max((day for file in named if (day := editions.dated(file.table.titles))), default=None)
    try:
        return editions.of_full_file(
            said=wishes.edition, dated=dated, current=district.edition, today=today, district=district.code
        )
    except EditionError as error:
        raise RegisterRefused(str(error)) from None


def _editions_of_update(found: Sequence[District], files: Sequence[RegisterFile], wishes: Wishes) -> list[date]:
    """Each district's current edition, to which an update belongs. Raises RegisterRefused when it has none."""
    unknown = districts.without_register()
    if unknown:
        raise RegisterRefused(
            f"this is an update, and no full register is known of polling district {', '.join(unknown)}. Import that "
            "first.",
            file=names_of(files),
        )
    said = [district.edition for district in found if district.edition]
    for district in found:
        if wishes.edition and district.edition != wishes.edition:
            raise RegisterRefused(
                f"this is an update of the edition of {wishes.edition:%-d %B %Y}; polling district {district.code} is "
                f"at the edition of {district.edition:%-d %B %Y}. Import the full register of that edition first."
            )
    return said


def nothing_imported(problem: Problem) -> Report:
    """The report of a refused import: the reason as its one problem, and the register as it stands."""
    constituency = Constituency.objects.order_by("pk").first()
    households, streets = doors.count_places(constituency.pk, Made()) if constituency else (Places(), Places())
    electors = People(total=Elector.objects.living().count())
    return replace(nothing_known(problem), electors=electors, households=households, streets=streets)


def nothing_known(problem: Problem) -> Report:
    """The same where the database cannot be asked how the register stands: its totals are 0."""
    return Report(
        layouts=[],
        kinds=[],
        encodings=[],
        editions=[],
        census=Census(problems=[problem]),
        electors=People(),
        households=Places(),
        streets=Places(),
        review=0,
        seconds=0,
    )


def names_of(files: Iterable[Named]) -> str:
    """The files of one import as a problem names them that is all of theirs."""
    return ", ".join(file.name for file in files)


def _constituency() -> Constituency:
    """The campaign's constituency, made with a name to be changed when there is none yet."""
    found = list(Constituency.objects.order_by("pk")[:2])
    if len(found) > 1:
        raise RegisterRefused("there are several constituencies, and a file does not say which it belongs to.")
    return found[0] if found else Constituency.objects.create(name="Constituency")


def _left_behind(constituency: int, council: str, known: Sequence[District], edition: date) -> Iterator[str]:
    """Districts at an older edition than the newest of the files. Councils send one file per district, too, so this
    may be in order; or a district has another code now, and some of its people are on the register twice.
    """
    for code, before, living in districts.left_behind(constituency, council, known, edition):
        yield (
            f"polling district {code} ({living:,} elector{'s' * (living != 1)}) is still at the edition of "
            f"{before:%-d %B %Y} and stands in none of these files."
        )
