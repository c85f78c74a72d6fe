"""The invented campaign's own facts: candidate, polling day, imprint; its areas; its deadlines."""

from datetime import date, datetime, timedelta
from random import Random

from campaign.areas.models import Constituency, PostcodePoint, Ward
from campaign.demo import words
from campaign.demo.places import Places
from campaign.details import deadlines, editing
from campaign.details.models import CampaignDetails
from volunteers.people.models import User

WEEKS_TO_POLLING_DAY = 5
THURSDAY = 3
STATEMENT = (
    "I have spoken for {place} in Parliament for eleven years. I used to sit with a party. I left its benches, not "
    "you, and this time I ask for your vote in my own name: for rents people can pay, for buses that come, and for a "
    "hospital that stays open. No whip will tell me how to vote. You will."
)
IMPRINT = (
    "Promoted by {agent} on behalf of {candidate}, both of 1 Nowhere Yard, {place} QZ1 0AA. "
    "A demonstration: nobody here exists."
)


def polling_day(on: date) -> date:
    """The first Thursday at least five weeks after `on`."""
    earliest = on + timedelta(weeks=WEEKS_TO_POLLING_DAY)
    return earliest + timedelta(days=(THURSDAY - earliest.weekday()) % 7)


def enter(*, agent: User, seed: int, at: datetime, on: date) -> None:
    """What the agent fills in on the first evening."""
    rng = Random(f"{seed}: facts")  # noqa: S311 - invention, no secret
    candidate = f"{rng.choice(words.GIVEN_NAMES)} {words.surname(rng)}"
    promoter = "{0.given_name} {0.family_name}".format(agent.volunteers.get())
    facts = {
        "candidate": candidate,
        "standing_as": "Independent",
        "statement": STATEMENT.format(place=words.CONSTITUENCY),
        "polling_day": polling_day(on),
        "imprint": IMPRINT.format(agent=promoter, candidate=candidate, place=words.CONSTITUENCY),
        "contact_email": agent.email,
    }
    editing.save(details=CampaignDetails(**facts), changed=facts, actor=agent, at=at)
    deadlines.propose(polling_day=polling_day(on), actor=agent, at=at)


def lay_out(places: Places) -> Constituency:
    """The constituency, its wards with their outlines, and its postcodes."""
    constituency = Constituency.objects.create(name=words.CONSTITUENCY, outline=places.outline)
    Ward.objects.bulk_create(
        Ward(constituency=constituency, name=name, outline=outline) for name, outline in places.wards.items()
    )
    PostcodePoint.objects.bulk_create(
        PostcodePoint(postcode=postcode, longitude=longitude, latitude=latitude)
        for postcode, (longitude, latitude) in places.points.items()
    )
    return constituency
