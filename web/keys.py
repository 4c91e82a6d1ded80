"""One-time keys: the second submit of a creating form leads to what the first made.

A page gets its key signed for the person who opened it; the key's row is made when the form is sent.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from .models import OneTimeKey
from .refusals import AlreadyDone, Refusal

GOOD_FOR = dt.timedelta(days=7)
KEPT_FOR = 2 * GOOD_FOR  # SECURITY: longer than a page stays good, or a forgotten key would create again
SALT = "web.keys"


class BadKey(Exception):
    """Not a key of ours, or too old."""


def issue(*, to: Any) -> str:
    """A fresh key for a page that `to` opens (signed out: nobody's)."""
    return signing.dumps([uuid.uuid4().hex, to.pk or 0], salt=SALT)


def read(text: str) -> tuple[uuid.UUID, int]:
    """The key and the id of the person it was issued to. Raises BadKey."""
    try:
        key, user_id = signing.loads(text, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        raise BadKey from None
    return uuid.UUID(key), user_id


def kept(text: str, *, by: Any) -> str:
    """The key that a page sent, where it is still good and belongs to `by`, or else a fresh one."""
    return text if _is_good(text, by) else issue(to=by)


def use_up(text: str, url: str, *, by: Any) -> None:
    """Remember what a page of the admin made, at its end; one without a good key is not known again."""
    if _is_good(text, by):
        settle(claim(read(text)[0], by=by), url)


@contextmanager
def once(key: uuid.UUID, *, by: Any) -> Iterator[OneTimeKey]:
    """Create something once: a transaction that uses the key up and remembers the `url` it is given.

    Raises AlreadyDone(url) when the key was used before, also by a submit at the same moment.
    """
    with transaction.atomic():
        used = claim(key, by=by)
        yield used
        settle(used, used.url)


def claim(key: uuid.UUID, *, by: Any) -> OneTimeKey:
    """Use a key up, inside the transaction that creates; then `settle` it with the address of what was made.

    Raises AlreadyDone(url) when it was used before, also by a submit at the same moment, and Refusal for another
    person's key.
    """
    try:
        with transaction.atomic():
            return OneTimeKey.objects.create(key=key, user_id=by.pk or 0, used_at=timezone.now())
    except IntegrityError:
        used = OneTimeKey.objects.get(key=key)
        if used.user_id != (by.pk or 0):
            raise foreign() from None
        raise AlreadyDone(used.url) from None


def lead_on(text: str, *, by: Any) -> None:
    """Raise AlreadyDone where `by` has used this page's key: what the first submit made can make the second invalid."""
    try:
        key, _ = read(text)
    except BadKey:
        return
    used = OneTimeKey.objects.filter(key=key, user_id=by.pk or 0).exclude(url="").first()
    if used:
        raise AlreadyDone(used.url)


def settle(used: OneTimeKey, url: str) -> None:
    """Remember what the key made. Without an address the second submit would lead nowhere: ValueError."""
    if not url:
        raise ValueError("A one-time key is settled with the address of what it made.")
    used.url = url
    used.save(update_fields=["url"])


def foreign() -> Refusal:
    return Refusal("This form belongs to somebody else. Open the page again; nothing was saved.", code="foreign_key")


def forget_old(*, at: dt.datetime) -> int:
    """Delete keys whose pages are no longer good; gives how many."""
    return OneTimeKey.objects.used_before(at - KEPT_FOR).delete()[0]


def _is_good(text: str, by: Any) -> bool:
    try:
        return read(text)[1] == (by.pk or 0)
    except BadKey:
        return False
