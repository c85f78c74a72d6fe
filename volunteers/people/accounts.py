"""The users behind addresses and numbers: found whatever their spelling, made where there is none."""

from django.db import IntegrityError, transaction
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException, ValidationResult, is_possible_number_with_reason

from volunteers.people.models import User

TEN_DIGITS = 10**9


def user_at(*, email: str = "", phone: str = "") -> User | None:
    """The user who receives codes at `email`, or else at `phone`; made when new. None without either.

    With both, the e-mail address says who it is; a number that is nobody's yet is added to that user.
    """
    if email:
        user = _get_or_make(email=email.strip().lower())
        if phone and user.phone is None and not User.objects.filter(phone=phone).exists():
            User.objects.filter(pk=user.pk, phone=None).update(phone=phone)
            user.phone = PhoneNumber.from_string(phone)
        return user
    return _get_or_make(phone=phone) if phone else None


def hold(user: User) -> User:
    """`user`, its row locked until the transaction ends, so that one person is not made twice behind it.

    Lock users before volunteers, volunteers before sessions, sessions before bookings.
    """
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def mobile(text: str) -> str:
    """`text` as +447…, where it is a whole number, read as a British one where it names no country; else "".

    By length, not by range: the ranges of other countries change, and a digit left out is what people do.
    """
    try:
        number = PhoneNumber.from_string(text, region="GB")
    except NumberParseException:
        return ""
    whole = is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    british_mobile = number.country_code == 44 and str(number.national_number).startswith("7")
    return number.as_e164 if whole and (not british_mobile or number.national_number >= TEN_DIGITS) else ""


def _get_or_make(**address: str) -> User:
    lookup = {"email__iexact": address["email"]} if "email" in address else address
    known = User.objects.filter(**lookup).first()
    if known:
        return known
    try:
        with transaction.atomic():
            return User.objects.create_user(**address)
    except IntegrityError:  # the same form sent twice at once
        return User.objects.get(**lookup)
