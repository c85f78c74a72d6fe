"""Giving and taking roles."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from campaign.access import Role
from campaign.areas.models import Ward
from campaign.audit import trail
from volunteers.people.models import RoleGrant, User, Volunteer


class RoleError(Exception):
    """The role cannot be given or taken; the text says why."""


@transaction.atomic
def give(*, email: str, role: Role, actor: Any, at: datetime, name: tuple[str, str] = ("", "")) -> User:
    """Give `role` to whoever signs in as `email`, making the user when the address is new.

    `name` (given, family) becomes a volunteer when the user stands for nobody yet.
    Raises RoleError when the role is held already.
    """
    user = _user_at(email)
    _, new = RoleGrant.objects.get_or_create(user=user, role=role, defaults={"granted_at": at})
    if not new:
        raise RoleError(f"{user.address} is {_a(role)} already.")
    given, family = name
    if given and not user.volunteers.exists():
        Volunteer.objects.create(user=user, given_name=given, family_name=family)
    trail.record(act="role given", actor=actor, at=at, subject=f"user:{user.pk}", facts={"role": role.value})
    return user


@transaction.atomic
def take(*, user: User, role: Role, actor: Any, at: datetime) -> None:
    """Take `role` from `user`. Raises RoleError when it is not held, or would leave the campaign without an agent.

    Every agent's grant is locked first, so that two agents cannot dismiss each other at once.
    """
    if role is Role.AGENT:
        agents = RoleGrant.objects.select_for_update().filter(role=Role.AGENT, user__is_active=True).order_by("pk")
        if [grant.user_id for grant in agents] == [user.pk]:
            raise RoleError("A campaign needs an agent. Give the role to somebody else first.")
    taken, _ = RoleGrant.objects.filter(user=user, role=role).delete()
    if not taken:
        raise RoleError(f"{user.address} is not {_a(role)}.")
    trail.record(act="role taken", actor=actor, at=at, subject=f"user:{user.pk}", facts={"role": role.value})


@transaction.atomic
def limit(*, user: User, wards: Collection[Ward], actor: Any, at: datetime) -> None:
    """Let the organiser `user` see sessions, volunteers and messages of `wards` only; none means everywhere.

    Nor do they find doors and electors elsewhere. Walks and coverage are not limited by it. Raises RoleError when
    `user` is no organiser.
    """
    grant = RoleGrant.objects.select_for_update().filter(user=user, role=Role.ORGANISER).first()
    if grant is None:
        raise RoleError(f"{user.address} is not {_a(Role.ORGANISER)}.")
    grant.wards.set(wards)
    facts = {"wards": sorted(ward.pk for ward in wards)}
    trail.record(act="organiser limited", actor=actor, at=at, subject=f"user:{user.pk}", facts=facts)


def _user_at(email: str) -> User:
    known = User.objects.filter(email__iexact=email).first()
    if known:
        return known
    try:
        with transaction.atomic():
            return User.objects.create_user(email)
    except IntegrityError:  # the same form sent twice at once
        return User.objects.get(email__iexact=email)


def _a(role: Role) -> str:
    return f"an {role.value}" if role.value[0] in "aeiou" else f"a {role.value}"
