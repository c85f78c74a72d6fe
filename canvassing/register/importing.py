"""The import of full register files: read, staged, compared, and written in the caller's transaction."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from campaign.areas.models import Constituency
from canvassing.electorate.models import Elector
from canvassing.progress import deltas, states
from canvassing.progress.days import london_day
from canvassing.register import doors, editions, people, staging
from canvassing.register.doors import District, Made
from canvassing.register.layouts import Layout
from canvassing.register.report import Census, People, Places, RegisterRefused, Report
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
        raise RegisterRefused("there is no elector in it.", file=", ".join(file.source.name for file in files))
    constituency = _constituency()
    known = doors.add_districts(constituency.pk)
    said = [_edition(district, wishes, london_day(at)) for district in known]
    doors.set_editions(known, said)
    made = doors.add_doors(constituency.pk)
    pairs = list(zip(known, said, strict=True))
    people.match(
        constituency_id=constituency.pk,
        same_edition=[district for district, edition in pairs if district.edition == edition],
        new_edition=[district for district, edition in pairs if district.edition != edition],
        accept_losses=wishes.accept_losses,
    )
    electors = people.apply(constituency_id=constituency.pk, districts=known, at=at)
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


def nothing_imported(refusal: RegisterRefused) -> Report:
    """The report of a refused import: the reason as its one problem, and the register as it stands."""
    constituency = Constituency.objects.order_by("pk").first()
    households, streets = doors.count_places(constituency.pk, Made(0, 0)) if constituency else (Places(), Places())
    return Report(
        layouts=[],
        encodings=[],
        editions=[],
        census=Census(problems=[refusal.problem]),
        electors=People(total=Elector.objects.living().count()),
        households=households,
        streets=streets,
        seconds=0,
    )


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
    return edition


def _bring_states_up_to_date(districts: Sequence[District], at: datetime) -> None:
    ids = [district.pk for district in districts]
    states.refresh_standing(ids)
    states.open_states(ids)
    deltas.settle(districts=ids, day=london_day(at))
