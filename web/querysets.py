import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db.models import QuerySet

if TYPE_CHECKING:
    from .models import OneTimeKey, ServerDraft


class OneTimeKeyQuerySet(QuerySet["OneTimeKey"]):
    def used_before(self, at: dt.datetime) -> Self:
        """Keys old enough to forget."""
        return self.filter(used_at__lt=at)


class ServerDraftQuerySet(QuerySet["ServerDraft"]):
    def of(self, user_id: int) -> Self:
        """What this person typed and has not sent yet, newest first."""
        return self.filter(user_id=user_id)
