"""People for tests: users with the roles that traits name, the persons they stand for, and whether they came in."""

import factory
from django.test import Client
from django.utils.timezone import now

from campaign.access import Role
from volunteers.people.models import RoleGrant, User, Volunteer


class RoleGrantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RoleGrant

    role = Role.VOLUNTEER
    granted_at = factory.LazyFunction(now)


class UserFactory(factory.django.DjangoModelFactory):
    """Without a trait, somebody with no role at all."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        agent = factory.Trait(grant=factory.RelatedFactory(RoleGrantFactory, "user", role=Role.AGENT))
        organiser = factory.Trait(grant=factory.RelatedFactory(RoleGrantFactory, "user", role=Role.ORGANISER))
        volunteer = factory.Trait(grant=factory.RelatedFactory(RoleGrantFactory, "user", role=Role.VOLUNTEER))
        teller = factory.Trait(grant=factory.RelatedFactory(RoleGrantFactory, "user", role=Role.TELLER))

    email = factory.Sequence("person{}@example.org".format)


class VolunteerFactory(factory.django.DjangoModelFactory):
    """A canvasser who signs in."""

    class Meta:
        model = Volunteer

    user = factory.SubFactory(UserFactory, volunteer=True)
    given_name = factory.Sequence("Tester{}".format)
    family_name = "Example"


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
