import datetime as dt
from typing import Any, Self

from django.db.models import QuerySet


class OneTimeKeyQuerySet(QuerySet[Any]):
    def used_before(self, at: dt.datetime) -> Self:
        """Keys old enough to forget."""
        return self.filter(used_at__lt=at)


class ServerDraftQuerySet(QuerySet[Any]):
    def of(self, user_id: int) -> Self:
        """What this person typed and has not sent yet, newest first."""
        return self.filter(user_id=user_id)
