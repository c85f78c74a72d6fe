"""User: an address that can receive a sign-in code. Volunteer: a person. One user may stand for several volunteers."""

from functools import cached_property
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from campaign.access import Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str) -> "User":
        """A user who signs in by code: there is no password to know or to lose."""
        user = self.model(email=email.strip().lower())  # allauth looks addresses up in small letters
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Whoever can receive a one-time code at `email`. Holds no name: that is the volunteer's."""

    email = models.EmailField(max_length=254)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_address")]

    def __str__(self) -> str:
        return f"User {self.pk}"

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles this user holds, read once a request."""
        return frozenset(Role(role) for role in self.grants.values_list("role", flat=True))


class RoleGrant(models.Model):
    """One role held by one user."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=12, choices=[(role.value, role.value.capitalize()) for role in Role])
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="a_role_is_held_once"),
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class VolunteerQuerySet(models.QuerySet["Volunteer"]):
    def of(self, user: User) -> Self:
        """The people `user` stands for."""
        return self.filter(user=user).order_by("given_name", "pk")

    def with_role(self, role: Role) -> Self:
        return self.filter(user__grants__role=role, user__is_active=True).order_by("given_name", "family_name", "pk")


class Volunteer(models.Model):
    """A person who helps. Fellow canvassers see `known_as` only."""

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="volunteers")
    given_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = VolunteerQuerySet.as_manager()

    def __str__(self) -> str:
        return self.known_as

    @property
    def known_as(self) -> str:
        """Given name and the initial of the family name: enough to call out at a meeting point."""
        return f"{self.given_name} {self.family_name[:1]}".strip()


class RegisterAcknowledgement(models.Model):
    """A volunteer's promise about the register's use, asked before the first walk is opened.

    Source of the rule: Representation of the People (England and Wales) Regulations 2001, regs 102, 108, 115.
    """

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="acknowledgements")
    version = models.CharField(max_length=20)
    acknowledged_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["volunteer", "version"], name="acknowledged_once_a_version")]

    def __str__(self) -> str:
        return f"{self.volunteer_id}: {self.version}"
