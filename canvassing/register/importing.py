"""The import of register files: read, staged, compared, and written in the caller's transaction."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from campaign.areas.models import Constituency
from canvassing.electorate import objections
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


@dataclass(slots=True)
class Effects:
    """What has been done so far: of one full import, or of one update after the other."""

    made: Made = field(default_factory=Made)
    electors: People = field(default_factory=People)
    doors_moved: int = 0
    editions: list[date] = field(default_factory=list)
    districts: dict[int, District] = field(default_factory=dict)
    stale: set[int] = field(default_factory=set)

    def add(self, made: Made, electors: People, found: Sequence[District], said: Sequence[date]) -> None:
        self.made = Made(self.made.streets + made.streets, self.made.households + made.households)
        self.electors = self.electors.and_then(electors)
        self.editions += said
        self.districts |= {district.pk: district for district in found}
        self.stale |= set(self.districts)


def import_files(
    files: Sequence[RegisterFile], *, wishes: Wishes, census: Census, at: datetime, listener: Listener
) -> Report:
    """Bring what the files say into the register: full ones together, updates one after the other.

    Full files make the register of their polling districts equal to what they say: an elector in none of them is gone.
    What is equal already is not written, so that the same files again, or their rows in another order, write nothing.
    Runs in the caller's transaction and alone (`locks`). Raises RegisterRefused, when the caller must roll back.
    """
    began = time.perf_counter()
    kind = _kind(files)
    constituency = _constituency()
    effects = Effects()
    questions.begin()
    for batch in [files] if kind == Kind.FULL else [[file] for file in files]:
        _bring_in(batch, kind, constituency, wishes, census, effects, at, listener)
    for problem in _remarks(files, kind, constituency, wishes, census, effects):
        census.note(problem)
    _bring_states_up_to_date(effects, at)
    objections.reattach(constituency_id=constituency.pk)
    listener.go_on()
    households, streets = doors.count_places(constituency.pk, effects.made)
    review = questions.keep(record_id=wishes.record_id, at=at)
    staging.unstage()
    return Report(
        layouts=[file.layout.name for file in files],
        kinds=[kind],
        encodings=[file.encoding for file in files],
        editions=effects.editions,
        census=census,
        electors=effects.electors,
        households=households,
        streets=streets,
        review=review,
        seconds=time.perf_counter() - began,
        doors_moved=effects.doors_moved,
        districts=sorted(effects.stale),
    )


def _kind(files: Sequence[RegisterFile]) -> Kind:
    kinds = {file.layout.kind for file in files}
    if len(kinds) > 1:
        raise RegisterRefused(
            "some of the files are full registers and others updates. Import the full ones first, then the updates.",
            file=names_of(files),
        )
    return kinds.pop()


def _bring_in(
    files: Sequence[RegisterFile],
    kind: Kind,
    constituency: Constituency,
    wishes: Wishes,
    census: Census,
    effects: Effects,
    at: datetime,
    listener: Listener,
) -> None:
    """One batch, from its rows to the electors."""
    full, record = kind == Kind.FULL, wishes.record_id
    staging.stage(files, census, today=london_day(at), listener=listener)
    if not census.districts:
        raise RegisterRefused("there is no elector in it.", file=names_of(files))
    if full:
        found = districts.add(constituency.pk, wishes.council)
        said = [_edition_of_full(district, files, wishes, london_day(at)) for district in found]
        districts.set_editions(found, said, record_id=record)
    else:
        found = districts.gather(constituency.pk, wishes.council)
        said = _editions_of_update(found, files, wishes)
    effects.stale |= moves.place_streets(constituency.pk, record_id=record)
    streets = doors.add_streets()
    moved = moves.move_doors(constituency.pk, full=full, record_id=record)
    effects.doors_moved += moved.doors
    effects.stale |= moved.districts
    households = doors.add_doors(constituency.pk, record_id=record)
    listener.go_on()
    match = Matching(found, moved.arrived, _with_whole_names(files))
    if full:
        matching.match_full(
            match, edition_said=wishes.edition is not None, accept_losses=wishes.accept_losses
        )  # fmt: skip
    else:
        updates.match_update(match)
    listener.go_on()
    questions.note_people()
    electors = people.apply(
        constituency_id=constituency.pk, matching=match, full=full, record_id=record, at=at
    )  # fmt: skip
    questions.ask_people()
    questions.ask_doors()
    listener.go_on()
    effects.add(Made(streets, households), electors, found, said)


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


def _remarks(
    files: Sequence[RegisterFile],
    kind: Kind,
    constituency: Constituency,
    wishes: Wishes,
    census: Census,
    effects: Effects,
) -> Iterator[Problem]:
    """What the agent should know of districts: those in other wards now, and those left at an older edition."""
    found = list(effects.districts.values())
    for code, before, now in districts.set_wards(constituency.pk, found, census.wards, record_id=wishes.record_id):
        yield Problem(names_of(files), None, f"polling district {code} lies in the ward {now} now, not in {before}.")
    if count := doors.with_two_postcodes():
        yield Problem(names_of(files), None, TWO_POSTCODES.format(count=count))
    if kind == Kind.FULL:
        for reason in _left_behind(constituency, wishes, found, effects.editions):
            yield Problem(names_of(files), None, reason)


def _left_behind(
    constituency: Constituency, wishes: Wishes, known: Sequence[District], said: Sequence[date]
) -> Iterator[str]:
    """Districts at an older edition than the newest of the files. Councils send one file per district, too, so this
    may be in order; or a district has another code now, and its people are on the register twice.
    """
    for code, edition, living in districts.left_behind(constituency.pk, wishes.council, known, max(said)):
        yield (
            f"polling district {code} ({living:,} elector{'s' * (living != 1)}) is still at the edition of "
            f"{edition:%-d %B %Y} and stands in none of these files."
        )


def _bring_states_up_to_date(effects: Effects, at: datetime) -> None:
    """Of every district of the files, and of those from which doors have come."""
    states.refresh_standing(effects.stale)
    states.open_states(effects.stale)
    deltas.settle(districts=effects.stale, day=london_day(at))
