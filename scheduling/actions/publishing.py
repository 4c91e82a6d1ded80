"""Sessions from the weekly slots: published, and rewritten when slots, leaders, rooms or closures change."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Max, Min, Q

from audit.actions import record
from programs.models import Closure, Group
from scheduling.models import Session
from scheduling.rules import closure_may_go
from staff.models import User
from web.refusals import require

from .calendar import the_calendar
from .sync import Report, sync

AHEAD = timedelta(weeks=12)


def publish(*, first: date, last: date, by: User | None, at: datetime) -> Report:
    """Make the sessions of all groups from `first` to `last`, both included; twice is harmless, no clash stops it."""
    with the_calendar():
        groups = Group.objects.filter(Q(retired_on=None) | Q(retired_on__gt=first))
        report = sync(groups, first=first, last=last, at=at)
        record(
            action="sessions.published",
            by=by,
            content={"from": str(first), "until": str(last), **report.counts()},
            at=at,
        )
    return report


def republish(groups: Iterable[Group], *, by: User | None, at: datetime, today: date) -> Report:
    """Rewrite what these groups have not started, after their slots, leaders or room changed.

    It reaches as far as was published, and twelve weeks from `today` at least.
    """
    with the_calendar():
        ids = [group.pk for group in groups]
        published = Session.objects.filter(group__in=ids).aggregate(last=Max("slot_day"))["last"]
        last = max(published or today, today + AHEAD)
        report = sync(Group.objects.filter(pk__in=ids), first=today, last=last, at=at)
        record(action="sessions.republished", by=by, content={"groups": ids, **report.counts()}, at=at)
    return report


def close_days(closure: Closure, *, by: User | None, at: datetime, today: date) -> Report:
    """Cancel what falls on the closure's days, and restore what an earlier version of it had cancelled."""
    with the_calendar():
        report = _sync_closure(closure, without=None, at=at, today=today)
        record(action="closure.applied", by=by, about=closure, content=report.counts(), at=at)
    return report


def undo_closure(closure: Closure, *, by: User | None, at: datetime, today: date) -> Report:
    """Restore the sessions a closure cancelled, and delete it. One with sessions in the past stays on the record."""
    with the_calendar():
        report = _sync_closure(closure, without=closure, at=at, today=today)
        require(closure_may_go(closure))
        record(
            action="closure.undone", by=by, about=closure, content={"reason": closure.reason, **report.counts()}, at=at
        )
        closure.delete()
    return report


def _sync_closure(closure: Closure, *, without: Closure | None, at: datetime, today: date) -> Report:
    """Sessions that exist and lie on the closure's days, or were canceled by it; none is made."""
    on_its_days = Q(slot_day__range=(closure.starts_on, closure.ends_on), slot_day__gte=today) & _touched_by(closure)
    touched = Session.objects.filter(slot__isnull=False).filter(Q(closed_by=closure) | on_its_days)
    days = touched.aggregate(first=Min("slot_day"), last=Max("slot_day"))
    if days["first"] is None:
        return Report()
    groups = Group.objects.filter(pk__in=touched.values("group"))
    return sync(groups, first=days["first"], last=days["last"], at=at, without=without, make=False)


def _touched_by(closure: Closure) -> Q:
    if closure.program_id:
        return Q(program=closure.program_id)
    return Q(program__location=closure.location_id) if closure.location_id else Q()
