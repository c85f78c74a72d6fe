"""User: an address or number that can receive a code. Volunteer: a person. One user may stand for several people."""

from collections.abc import Collection
from functools import cached_property
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from phonenumber_field.modelfields import PhoneNumberField

from campaign.access import Role
from campaign.areas.models import Ward


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None = None, *, phone: str | None = None) -> "User":
        """A user who signs in by code: there is no password to know or to lose."""
        email = email.strip().lower() if email else None  # allauth looks addresses up in small letters
        user = self.model(email=email, phone=phone)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Whoever can receive a one-time code at `email` or `phone`. Holds no name: that is the volunteer's.

    A message that comes back marks the address here, so that nothing more is sent there until somebody mends it.
    """

    email = models.EmailField(max_length=254, null=True, blank=True)  # noqa: DJ001 - several users have none
    phone = PhoneNumberField("mobile number", null=True, blank=True)
    email_refused_at = models.DateTimeField(null=True, blank=True)
    phone_refused_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_address"),
            models.UniqueConstraint(fields=["phone"], name="one_user_per_number"),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False), name="a_user_can_receive_a_code"
            ),
            models.CheckConstraint(condition=~Q(email="") & ~Q(phone=""), name="no_address_is_null_and_not_empty"),
        ]

    def __str__(self) -> str:
        return f"User {self.pk}"

    @property
    def address(self) -> str:
        """Where a code goes, for whoever may see it."""
        return self.email or str(self.phone)

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles this user holds, read once a request."""
        return frozenset(Role(role) for role in self.grants.values_list("role", flat=True))

    @cached_property
    def ward_ids(self) -> frozenset[int] | None:
        """The wards this user's organising is limited to; None when it is not. An agent never is."""
        if Role.ORGANISER not in self.roles or Role.AGENT in self.roles:
            return None
        wards = Ward.objects.filter(organiser_grants__user=self, organiser_grants__role=Role.ORGANISER)
        return frozenset(wards.values_list("pk", flat=True)) or None


class RoleGrant(models.Model):
    """One role held by one user. `wards` limits an organiser; none means everywhere."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=12, choices=[(role.value, role.value.capitalize()) for role in Role])
    granted_at = models.DateTimeField()
    wards = models.ManyToManyField(Ward, blank=True, related_name="organiser_grants")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="a_role_is_held_once"),
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class VolunteerQuerySet(models.QuerySet["Volunteer"]):
    def present(self) -> Self:
        """Neither merged into another entry nor erased."""
        return self.filter(merged_into=None, erased_at=None)

    def of(self, user: User) -> Self:
        """The people `user` stands for; who signs in as an entry that was merged is the one it was merged into."""
        return self.present().filter(Q(user=user) | Q(merged__user=user)).distinct().order_by("given_name", "pk")

    def within(self, ward_ids: Collection[int] | None) -> Self:
        """Those who live in one of these wards; everybody for None."""
        return self if ward_ids is None else self.filter(ward__in=ward_ids)

    def with_role(self, role: Role) -> Self:
        return self.filter(user__grants__role=role, user__is_active=True).order_by("given_name", "family_name", "pk")


class Volunteer(models.Model):
    """A person who helps. Fellow canvassers see `known_as` only.

    Two entries that turn out to be one person: one is `merged_into` the other, and what happened stays where it was
    written. Somebody erased leaves an empty row, because the history of walks hangs on it.
    """

    class AgeBand(models.TextChoices):
        ADULT = "adult", "18 or over"
        SIXTEEN = "sixteen", "16 or 17"
        UNDER_SIXTEEN = "under_sixteen", "Under 16"

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="volunteers")
    given_name = models.CharField("first name", max_length=60)
    family_name = models.CharField(max_length=60, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    ward = models.ForeignKey(Ward, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    age_band = models.CharField("age", max_length=16, choices=AgeBand.choices, default=AgeBand.ADULT)
    adult_partner = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=60, blank=True, help_text="The poster or link that brought them.")
    inviter = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="invited")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    erased_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["postcode"], condition=Q(ward=None) & ~Q(postcode=""), name="volunteers_without_ward")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(age_band__in=["adult", "sixteen", "under_sixteen"]), name="age_band_is_known"
            ),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="nobody_is_merged_into_himself"),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(user=None, family_name="", postcode=""), name="an_erased_row_is_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.known_as

    @property
    def known_as(self) -> str:
        """Given name and the initial of the family name: enough to call out at a meeting point."""
        return f"{self.given_name} {self.family_name[:1]}".strip()

    @property
    def full_name(self) -> str:
        """For organisers, and for whoever it is."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_minor(self) -> bool:
        """Under 18: a guardian's consent and an adult partner are needed."""
        return self.age_band != self.AgeBand.ADULT

    @property
    def may_see_electors(self) -> bool:
        """Nobody under 16 sees the register."""
        return self.age_band != self.AgeBand.UNDER_SIXTEEN


class GuardianConsent(models.Model):
    """A parent or guardian of somebody under 18 was asked, and has perhaps agreed."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="guardian_consents")
    email = models.EmailField(max_length=254, blank=True)
    asked_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True, blank=True)
    in_person = models.BooleanField(default=False, help_text="Said to the lead at the meeting point.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | Q(in_person=True, given_at__isnull=False), name="a_guardian_was_asked_somehow"
            )
        ]

    def __str__(self) -> str:
        return f"Guardian of volunteer {self.volunteer_id}"


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
