"""Closed days: what they cancel, what comes back when they are taken back, and a year's holidays at once."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db.models import Max, Min, Q

from audit.actions import Entry, record, record_many
from programs.models import Closure, Group, Location, Program
from programs.rules import may_reach
from scheduling.models import Session
from scheduling.querysets import SessionQuerySet
from scheduling.rules import closure_may_go
from staff.models import User
from web import keys
from web.refusals import Refusal, require

from .calendar import the_calendar
from .sync import Foreseen, Report, foresee, sync

type Holiday = tuple[date, str]


def close_days(closure: Closure, *, by: User | None, at: datetime, today: date) -> Report:
    """Cancel what falls on the closure's days, and restore what an earlier version of it had canceled."""
    with the_calendar():
        report = _sync(touched_by([closure], today=today), at=at)
        record(action="closure.applied", by=by, about=closure, content=report.counts(), at=at)
    return report


def undo_closure(closure: Closure, *, by: User | None, at: datetime, today: date) -> Report:
    """Restore the sessions a closure canceled, and delete it. One with sessions in the past stays on the record.

    A day that another closure closes as well stays closed by that one.
    """
    with the_calendar():
        report = _sync(touched_by([closure], today=today), at=at, without=[closure])
        require(closure_may_go(closure))
        content = {"reason": closure.reason, "from": str(closure.starts_on), "until": str(closure.ends_on)}
        record(action="closure.undone", by=by, about=closure, content=content | report.counts(), at=at)
        closure.delete()
    return report


def close_holidays(
    days: Sequence[Holiday],
    *,
    program: Program | None,
    location: Location | None,
    key: uuid.UUID,
    url: str,
    by: User,
    at: datetime,
    today: date,
) -> Report:
    """Close each of these days, with its name, and rewrite the calendar once. All of them or none.

    `url` is where a second submit of the same page leads.
    """
    with the_calendar():
        keys.settle(keys.claim(key, by=by), url)
        require(may_reach(by, program=program, location=location, day=today), _some(days))
        closures = [
            Closure.objects.create(program=program, location=location, starts_on=day, ends_on=day, reason=reason)
            for day, reason in days
        ]
        report = _sync(touched_by(closures, today=today), at=at)
        record_many(
            [
                *(
                    Entry(action="closure.added", by=by, about=closure, content=_facts(closure), at=at)
                    for closure in closures
                ),
                Entry(action="closures.applied", by=by, content={"days": len(closures), **report.counts()}, at=at),
            ]
        )
    return report


def foresee_closures(
    closures: Collection[Closure], *, at: datetime, today: date, without: Collection[Closure] = ()
) -> Foreseen:
    """What closing these days would change, saved or not; `without` are closures undone or rewritten by it."""
    only = touched_by([*closures, *without], today=today)
    first, last = _range(only)
    if first is None or last is None:
        return Foreseen({}, {}, [], [], [], [], Report())
    groups = Group.objects.filter(pk__in=only.values("group"))
    return foresee(groups, first=first, last=last, at=at, without=without, also=closures, only=only)


def touched_by(closures: Collection[Closure], *, today: date) -> SessionQuerySet:
    """Published sessions on the days of these closures from `today` on, and those that they canceled."""
    saved = [closure.pk for closure in closures if closure.pk]
    asked = Q(closed_by__in=saved)
    for closure in closures:
        days = (max(closure.starts_on, today), closure.ends_on)
        asked |= Q(slot_day__range=days) & _reach(closure)
    found: SessionQuerySet = Session.objects.filter(slot__isnull=False).filter(asked)
    return found


def _reach(closure: Closure) -> Q:
    if closure.program_id:
        return Q(program=closure.program_id)
    return Q(program__location=closure.location_id) if closure.location_id else Q()


def _sync(only: SessionQuerySet, *, at: datetime, without: Collection[Closure] = ()) -> Report:
    first, last = _range(only)
    if first is None or last is None:
        return Report()
    groups = Group.objects.filter(pk__in=only.values("group"))
    return sync(groups, first=first, last=last, at=at, without=without, only=only)


def _range(sessions: SessionQuerySet) -> tuple[date | None, date | None]:
    days = sessions.aggregate(first=Min("slot_day"), last=Max("slot_day"))
    return days["first"], days["last"]


def _facts(closure: Closure) -> dict[str, str]:
    return {"reason": closure.reason, "day": str(closure.starts_on)}


def _some(days: Sequence[Holiday]) -> Refusal | None:
    if days:
        return None
    return Refusal("No day is chosen. Tick a holiday, or write a day of your own.", code="no_day", field="days")
