"""The invented people: an agent, two organisers, 120 volunteers of whom some are tellers, all at example.org."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from random import Random

from django.contrib.auth.hashers import make_password

from campaign.access import Role
from campaign.demo import words
from volunteers.people.models import RoleGrant, User, Volunteer

AGENT = "agent@example.org"
ORGANISER = "organiser@example.org"
SECOND_ORGANISER = "organiser.two@example.org"
VOLUNTEER = "volunteer@example.org"

OFFICE = {AGENT: Role.AGENT, ORGANISER: Role.ORGANISER, SECOND_ORGANISER: Role.ORGANISER}
VOLUNTEERS = 120
COUPLES = 5  # pairs of volunteers who share one address
TELLERS = 6

Name = tuple[str, str]  # given, family


def invent(*, seed: int, at: datetime) -> list[Volunteer]:
    """Make everybody; returns the volunteers, the one whom the demonstration signs in first."""
    names = _names(Random(f"{seed}: people"))  # noqa: S311 - invention, no secret
    canvassers = [next(names) for _ in range(VOLUNTEERS)]
    alone = canvassers[: VOLUNTEERS - COUPLES]
    addresses = [VOLUNTEER, *(f"{given}.{family}@example.org".lower() for given, family in alone[1:])]
    users = _users([*OFFICE, *addresses])
    held = [*OFFICE.items(), *((address, Role.VOLUNTEER) for address in addresses)]
    held += [(address, Role.TELLER) for address in addresses[1 : TELLERS + 1]]
    RoleGrant.objects.bulk_create(RoleGrant(user=users[address], role=role, granted_at=at) for address, role in held)
    _volunteers((users[address], next(names)) for address in OFFICE)
    owners = [*addresses, *addresses[-COUPLES:]]
    return _volunteers((users[address], name) for address, name in zip(owners, canvassers, strict=True))


def _names(rng: Random) -> Iterator[Name]:
    """Names that nobody bears, each once."""
    used: set[Name] = set()
    while True:
        name = (rng.choice(words.GIVEN_NAMES), words.surname(rng))
        if name not in used:
            used.add(name)
            yield name


def _users(addresses: Iterable[str]) -> dict[str, User]:
    made = User.objects.bulk_create(User(email=address, password=make_password(None)) for address in addresses)
    return {user.address: user for user in made}


def _volunteers(people: Iterable[tuple[User, Name]]) -> list[Volunteer]:
    return Volunteer.objects.bulk_create(
        Volunteer(user=user, given_name=given, family_name=family) for user, (given, family) in people
    )
