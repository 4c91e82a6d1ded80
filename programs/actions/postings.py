"""Postings end when somebody leaves: from then on the person is chosen for nothing more."""

from datetime import date, timedelta

from django.db import transaction

from audit.actions import record
from programs import rules
from programs.models import Posting
from staff.models import User
from web.refusals import require


@transaction.atomic
def end_postings(*, user: User, last_day: date, by: User, today: date) -> int:
    """End every posting of the person that goes on after `last_day`; gives how many. One that begins later stays."""
    require(rules.may_lead(by, user, today), rules.may_post(by, user, is_deputy=False))
    rows = Posting.objects.filter(user=user, starts_on__lte=last_day).not_over(last_day + timedelta(days=1))
    ids = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
    if ids:
        Posting.objects.filter(pk__in=ids).update(ends_on=last_day)
        content = {"postings": ids, "last_day": str(last_day)}
        record(action="staff.postings_ended", by=by, about=user, content=content)
    return len(ids)
