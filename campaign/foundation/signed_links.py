"""Short signed references for links in messages: a number that nobody can make up, in few letters. Pure of models.

A signature says only that the link is ours. Whether it still opens anything is for the row behind it to say.
"""

import hmac
from base64 import urlsafe_b64encode

from django.utils.crypto import salted_hmac

BYTES = 16  # 128 bits cannot be guessed; a full digest would fill a text message


def sign(what: str, key: int) -> str:
    """ "12-Xy…": `key` for links of the kind `what`, 22 letters of signature behind it."""
    return f"{key}-{_signature(what, key)}"


def read(what: str, token: str) -> int | None:
    """The key in `token`; None when it is not one of ours for `what`."""
    number, _, signature = token.partition("-")
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        return None
    key = int(number)
    return key if hmac.compare_digest(signature.encode(), _signature(what, key).encode()) else None


def _signature(what: str, key: int) -> str:
    digest = salted_hmac(f"campaign.foundation.signed_links.{what}", str(key), algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:BYTES]).rstrip(b"=").decode()
