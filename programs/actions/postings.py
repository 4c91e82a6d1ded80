"""Postings end when somebody leaves: from then on the person is chosen for nothing more."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import DateField, Value
from django.db.models.functions import Greatest

from audit.actions import record
from programs import rules
from programs.models import Posting
from staff.models import User
from web.refusals import require


@transaction.atomic
def end_postings(*, user: User, last_day: date, by: User, today: date) -> int:
    """Let none of the postings that `by` directs go on after `last_day`; gives how many were to.

    One that has not begun by `today` is taken out. Those elsewhere are their directors' to end.
    """
    rows = Posting.objects.filter(user=user).not_over(last_day + timedelta(days=1))
    locked = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    own = set(rows.directed_by(by, today).values_list("pk", flat=True))
    require(None if own else rules.may_lead(by, user, today), rules.may_post(by, user, is_deputy=False))
    locked = [row for row in locked if row.pk in own]
    ended = [row.pk for row in locked if row.starts_on <= max(last_day, today)]
    to_come = [row for row in locked if row.starts_on > max(last_day, today)]
    last = Greatest("starts_on", Value(last_day, DateField()))
    Posting.objects.filter(pk__in=ended).update(ends_on=last)
    Posting.objects.filter(pk__in=[row.pk for row in to_come]).delete()
    if ended or to_come:
        taken_out = [f"{row.program or row.location or 'everywhere'}, {row.starts_on}" for row in to_come]
        content = {"postings": ended, "last_day": str(last_day), "taken_out": taken_out}
        record(action="staff.postings_ended", by=by, about=user, content=content)
    return len(ended) + len(to_come)
