"""One-time keys: the second submit of a creating form leads to what the first made."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from .models import OneTimeKey
from .refusals import AlreadyDone, Refusal


def claim(key: uuid.UUID, *, by: Any) -> OneTimeKey:
    """Use a key up, inside the transaction that creates; then `settle` it with the address of what was made.

    Raises AlreadyDone(url) when it was used before, also by a submit at the same moment, and Refusal for another
    person's key.
    """
    try:
        with transaction.atomic():
            return OneTimeKey.objects.create(key=key, user_id=by.pk, used_at=timezone.now())
    except IntegrityError:
        used = OneTimeKey.objects.get(key=key)
        if used.user_id != by.pk:
            raise Refusal("This form belongs to somebody else. Open the page again; nothing was saved.", code="foreign_key") from None
        raise AlreadyDone(used.url) from None


def settle(used: OneTimeKey, url: str) -> None:
    """Remember what the key made."""
    used.url = url
    used.save(update_fields=["url"])
