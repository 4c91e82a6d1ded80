"""Sessions from the weekly slots: published, and rewritten when slots, leaders or rooms change."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Max, Q, QuerySet

from audit.actions import record
from programs.models import Group
from scheduling.models import Session
from staff.models import User

from .calendar import the_calendar
from .sync import Report, sync

AHEAD = timedelta(weeks=12)


def publish(*, first: date, last: date, by: User | None, at: datetime) -> Report:
    """Make the sessions of all groups from `first` to `last`, both included; twice is harmless, no clash stops it.

    Whoever names days of the past gets their sessions too.
    """
    with the_calendar():
        groups = Group.objects.filter(Q(retired_on=None) | Q(retired_on__gt=first))
        report = sync(groups, first=first, last=last, at=at, also_begun=True)
        record(
            action="sessions.published",
            by=by,
            content={"from": str(first), "until": str(last), **report.counts()},
            at=at,
        )
    return report


def republish(groups: Iterable[Group], *, by: User | None, at: datetime, today: date) -> Report:
    """Rewrite what these groups have not started, after their slots, leaders or room changed; make nothing that began.

    It reaches as far as was published, and twelve weeks from `today` at least.
    """
    with the_calendar():
        ids = [group.pk for group in groups]
        rows = Group.objects.filter(pk__in=ids)
        report = sync(rows, first=today, last=reach(rows, today), at=at)
        record(action="sessions.republished", by=by, content={"groups": ids, **report.counts()}, at=at)
    return report


def reach(groups: QuerySet[Group], today: date) -> date:
    """The last day to which these groups are published anew."""
    published = Session.objects.filter(group__in=groups).aggregate(last=Max("slot_day"))["last"]
    return max(published or today, today + AHEAD)
