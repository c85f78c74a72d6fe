"""Single-use sign-in links, for a person who cannot receive a code: signed, valid a quarter of an hour, used once."""

from datetime import datetime, timedelta

from django.core import signing

from volunteers.people.models import User

VALID_FOR = timedelta(minutes=15)
SALT = "volunteers.people.sign_in_links"


class LinkError(Exception):
    """The link opens nothing; the text says so without saying whose it was."""


def make(*, user: User, at: datetime) -> str:
    """A token that signs `user` in once, until VALID_FOR after `at` or until he signs in another way."""
    return signing.dumps([user.pk, _stamp(user.last_login), (at + VALID_FOR).timestamp()], salt=SALT)


def redeem(*, token: str, at: datetime) -> User:
    """The user whose link this is, marked as used. Raises LinkError when it is forged, old or used.

    The link names the user's last sign-in, and a conditional update moves it: of two browsers one comes through.
    """
    user, last_login = _read(token, at)
    moved = User.objects.filter(pk=user.pk, is_active=True, last_login=last_login).update(last_login=at)
    if not moved:
        raise LinkError("That link has been used. Ask for a new one.")
    return user


def check(*, token: str, at: datetime) -> None:
    """Raise LinkError unless `token` could still be redeemed. Changes nothing: mail scanners follow links too."""
    _read(token, at)


def _read(token: str, at: datetime) -> tuple[User, datetime | None]:
    try:
        pk, stamp, until = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise LinkError("That link is not complete. Copy all of it, or ask for a new one.") from error
    if at.timestamp() >= until:
        raise LinkError("That link was good for 15 minutes. Ask for a new one.")
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or _stamp(user.last_login) != stamp:
        raise LinkError("That link has been used. Ask for a new one.")
    return user, user.last_login


def _stamp(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
