"""The whole invented campaign in one transaction, in the order a real one comes about."""

import csv
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction

from campaign.areas.models import Constituency, Ward
from campaign.demo import canvass, facts, outings, people, places, register, sessions
from campaign.demo.open_walk import hand_out_some
from campaign.demo.places import Places
from campaign.details.models import CampaignDetails
from canvassing.doorstep.models import Contact
from canvassing.electorate.models import Elector, Household, PollingDistrict, Street
from canvassing.progress.days import london_day
from canvassing.register import runs
from canvassing.register.models import RegisterImport
from canvassing.register.opening import Source
from canvassing.walks.cut import cut
from canvassing.walks.models import Purpose, Walk
from volunteers.people.models import User, Volunteer
from volunteers.sessions.models import Booking, Session

ELECTORS = 12_000
FEWEST_ELECTORS = 200
SEED = 1
BEGAN, REGISTER_CAME = timedelta(days=14), timedelta(days=12)  # before today
REGISTER_FILE = "register-of-electors.tsv"


class SeedError(Exception):
    """Why nothing was made up, fit to show to a person."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How much of everything there is."""

    wards: int
    polling_districts: int
    streets: int
    households: int
    electors: int
    volunteers: int
    walks: int
    contacts: int
    sessions: int
    bookings: int


def is_there() -> bool:
    """Whether there is a campaign, made up or real: something to leave alone."""
    return CampaignDetails.objects.exists() or Constituency.objects.exists()


def count() -> Counted:
    return Counted(
        wards=Ward.objects.count(),
        polling_districts=PollingDistrict.objects.count(),
        streets=Street.objects.count(),
        households=Household.objects.standing().count(),
        electors=Elector.objects.living().count(),
        volunteers=Volunteer.objects.count(),
        walks=Walk.objects.live().count(),
        contacts=Contact.objects.count(),
        sessions=Session.objects.count(),
        bookings=Booking.objects.standing().count(),
    )


@transaction.atomic
def make_up(*, electors: int, seed: int, at: datetime, tell: Callable[[str], None]) -> None:
    """Make up the campaign of a constituency of `electors` people as it stands on the day of `at`.

    Always the same for the same seed and day; `tell` hears what is being made. Wholly there afterwards or not at all.
    Raises SeedError when there is a campaign already.
    """
    if is_there():
        raise SeedError("There is a campaign already. Nothing was changed.")
    if User.objects.exists():
        raise SeedError(
            "People sign in here already, and made-up ones may not mix with them: use an empty database, such as that "
            "of another ROSETTE_VAR."
        )
    today = london_day(at)
    tell("People, facts and places ...")
    volunteers = people.invent(seed=seed, at=at - BEGAN)
    agent = User.objects.get(email=people.AGENT)
    organiser = User.objects.get(email=people.ORGANISER)
    facts.enter(agent=agent, seed=seed, at=at - BEGAN, on=today)
    ground = places.invent(electors=electors, seed=seed)
    facts.lay_out(ground)
    tell("The register ...")
    _import_register(ground, seed=seed, polling_day=facts.polling_day(today), agent=agent, at=at - REGISTER_CAME)
    _put_in_wards(ground)
    sessions.settle_in(volunteers, ground, by=organiser, seed=seed, at=at - BEGAN)
    tell("Walks, and nine days of canvassing ...")
    districts = PollingDistrict.objects.values_list("pk", flat=True)
    cut(district_ids=districts, purpose=Purpose.CANVASS, at=at - REGISTER_CAME, by=organiser)
    walked = outings.invent(canvass.stretches(), canvassers=len(volunteers), until=today, seed=seed)
    canvass.write(walked, volunteers=volunteers, by=organiser, seed=seed)
    hand_out_some(volunteers=volunteers, by=organiser, at=at)
    tell("Sessions, and who comes ...")
    sessions.write(volunteers=volunteers, by=organiser, seed=seed, at=at)


def _import_register(ground: Places, *, seed: int, polling_day: date, agent: User, at: datetime) -> None:
    """The way every register comes in: a council's file, read by the import. Raises SeedError when it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / REGISTER_FILE
        with path.open("w", encoding="cp1252", newline="") as file:
            rows = csv.writer(file, delimiter="\t")
            rows.writerow(register.HEADINGS)
            for district in ground.districts:
                rows.writerows(register.rows(district, seed=seed, polling_day=polling_day))
        asked = runs.ask(filename=REGISTER_FILE, at=at, asked_by=agent)
        done = runs.carry_out(import_id=asked.pk, sources=[Source(path, REGISTER_FILE)], at=at)
    if done.state != RegisterImport.State.DONE:
        raise SeedError(f"The register was refused: {done.report['refused']}")


def _put_in_wards(ground: Places) -> None:
    """Every polling district in its ward, but for the last: somebody who looks around has one to put right."""
    wards = {ward.name: ward for ward in Ward.objects.all()}
    districts = {district.code: district for district in PollingDistrict.objects.all()}
    for place in ground.districts[:-1]:
        districts[place.code].ward = wards[place.ward]
    PollingDistrict.objects.bulk_update(districts.values(), ["ward"])
