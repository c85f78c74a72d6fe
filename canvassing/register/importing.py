"""The import of full register files: read, staged, compared, and written in the caller's transaction."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from campaign.areas.models import Constituency
from canvassing.electorate.models import Elector
from canvassing.progress import deltas, states
from canvassing.progress.days import london_day
from canvassing.register import doors, editions, matching, people, staging
from canvassing.register.doors import District, Made
from canvassing.register.layouts import Layout
from canvassing.register.report import Census, People, Places, Problem, RegisterRefused, Report
from canvassing.register.rows import RegisterFile, Source, open_register
from canvassing.register.staging import Listener


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the agent said about the files."""

    layout: Layout | None = None
    edition: date | None = None
    accept_losses: bool = False


def open_files(sources: Sequence[Source], layout: Layout | None) -> list[RegisterFile]:
    """Look at every file before any is read. Raises RegisterRefused."""
    return [open_register(source, layout) for source in sources]


def import_files(files: Sequence[RegisterFile], *, wishes: Wishes, at: datetime, listener: Listener) -> Report:
    """Make the register of the files' polling districts equal to what the files say.

    All files count as one: an elector in none of them is gone. What is equal already is not written, so that the same
    files again, or their rows in another order, write nothing. Runs in the caller's transaction and alone (`locks`).
    Raises RegisterRefused, when the caller must roll back.
    """
    began = time.perf_counter()
    census = Census()
    staging.stage(files, census, listener)
    if not census.districts:
        raise RegisterRefused("there is no elector in it.", file=names_of([file.source for file in files]))
    constituency = _constituency()
    known = doors.add_districts(constituency.pk)
    said = [_edition(district, wishes, london_day(at)) for district in known]
    doors.set_editions(known, said)
    made = doors.add_doors(constituency.pk)
    matching.match(
        constituency_id=constituency.pk,
        districts=known,
        edition_said=wishes.edition is not None,
        accept_losses=wishes.accept_losses,
    )
    electors = people.apply(constituency_id=constituency.pk, districts=known, at=at)
    for reason in _left_behind(constituency, known, said):
        census.note(Problem(names_of([file.source for file in files]), None, reason))
    _bring_states_up_to_date(known, at)
    households, streets = doors.count_places(constituency.pk, made)
    staging.unstage()
    return Report(
        layouts=[file.layout.name for file in files],
        encodings=[file.table.text.encoding for file in files],
        editions=said,
        census=census,
        electors=electors,
        households=households,
        streets=streets,
        seconds=time.perf_counter() - began,
    )


def nothing_imported(problem: Problem) -> Report:
    """The report of a refused import: the reason as its one problem, and the register as it stands."""
    constituency = Constituency.objects.order_by("pk").first()
    households, streets = doors.count_places(constituency.pk, Made(0, 0)) if constituency else (Places(), Places())
    electors = People(total=Elector.objects.living().count())
    return replace(nothing_known(problem), electors=electors, households=households, streets=streets)


def nothing_known(problem: Problem) -> Report:
    """The same where the database cannot be asked how the register stands: its totals are 0."""
    return Report(
        layouts=[],
        encodings=[],
        editions=[],
        census=Census(problems=[problem]),
        electors=People(),
        households=Places(),
        streets=Places(),
        seconds=0,
    )


def names_of(sources: Sequence[Source]) -> str:
    """The files of one import as a problem names them that is all of theirs."""
    return ", ".join(source.name for source in sources)


def _constituency() -> Constituency:
    """The campaign's constituency, made with a name to be changed when there is none yet."""
    found = list(Constituency.objects.order_by("pk")[:2])
    if len(found) > 1:
        raise RegisterRefused("there are several constituencies, and a file does not say which it belongs to.")
    return found[0] if found else Constituency.objects.create(name="Constituency")


def _edition(district: District, wishes: Wishes, today: date) -> date:
    edition = editions.of_full_file(said=wishes.edition, current=district.edition, today=today)
    if district.edition and edition < district.edition:
        raise RegisterRefused(
            f"polling district {district.code} is at the edition of {district.edition:%-d %B %Y}; "
            f"the edition of {edition:%-d %B %Y} is older."
        )
    coming = editions.next_after(today)
    if edition > coming and edition != district.edition:
        raise RegisterRefused(
            f"the edition of {edition:%-d %B %Y} is too far ahead: the next one begins on {coming:%-d %B %Y}. Say "
            "which edition the file belongs to."
        )
    return edition


def _left_behind(constituency: Constituency, known: Sequence[District], said: Sequence[date]) -> Iterator[str]:
    """Districts at an older edition than the newest of the files. Councils send one file per district, too, so this
    may be in order; or a district has another code now, and its people are on the register twice.
    """
    for code, edition, living in doors.left_behind(constituency.pk, known, max(said)):
        yield (
            f"polling district {code} ({living:,} elector{'s' * (living != 1)}) is still at the edition of "
            f"{edition:%-d %B %Y} and stands in none of these files."
        )


def _bring_states_up_to_date(districts: Sequence[District], at: datetime) -> None:
    ids = [district.pk for district in districts]
    states.refresh_standing(ids)
    states.open_states(ids)
    deltas.settle(districts=ids, day=london_day(at))
