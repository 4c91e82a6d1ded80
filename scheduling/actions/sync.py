"""Brings sessions to what the slots ask for; publishing and every change of a slot, leader, room or closure use it."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from django.db.models import Exists, OuterRef, Q, QuerySet

from programs.models import Closure, Group
from scheduling.choices import SessionStatus
from scheduling.conflicts import Clash
from scheduling.models import Attendance, Booking, Session, SessionStaff
from scheduling.pattern import Key, Planned, planned
from scheduling.querysets import SessionQuerySet

from .calendar import BATCH, rebook

NO_SLOT = "The group no longer meets at this time."
TIMES = ("service_id", "room_id", "starts_at", "ends_at", "breaks", "planned_minutes")
HOURS = TIMES[2:]
STATUS = ("status", "status_reason", "closed_by_id")
WRITTEN = ["service", "room", *TIMES[2:], *STATUS[:2], "closed_by", "version"]


@dataclass
class Report:
    """What publishing did. `logged`, `by_hand` and `too_late` differ from the slots and stay, the last with its hours:
    by the new ones it would have begun already.
    """

    made: int = 0
    changed: int = 0
    cancelled: int = 0
    restored: int = 0
    logged: list[Session] = field(default_factory=list)
    by_hand: list[Session] = field(default_factory=list)
    too_late: list[Session] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)

    def __str__(self) -> str:
        """What a person reads: “24 sessions changed; 1 has attendance and stays.”"""
        counts = [
            (self.made, "made"),
            (self.changed, "changed"),
            (self.cancelled, "canceled"),
            (self.restored, "restored"),
        ]
        parts = [f"{count} {'session' if count == 1 else 'sessions'} {what}" for count, what in counts if count]
        if count := len(self.logged):
            parts.append(f"{count} {'has attendance and stays' if count == 1 else 'have attendance and stay'}")
        if count := len(self.by_hand):
            parts.append(
                f"{count} {'was changed by hand and stays' if count == 1 else 'were changed by hand and stay'}"
            )
        if count := len(self.too_late):
            parts.append(f"{count} would have begun already and {'keeps its' if count == 1 else 'keep their'} time")
        if count := len(self.clashes):
            parts.append(f"{count} {'clash' if count == 1 else 'clashes'} to settle")
        return f"{'; '.join(parts)}." if parts else "No session needed a change."

    def counts(self) -> dict[str, int]:
        numbers = {name: getattr(self, name) for name in ("made", "changed", "cancelled", "restored")}
        return numbers | {name: len(getattr(self, name)) for name in ("logged", "by_hand", "too_late", "clashes")}


@dataclass(frozen=True)
class Foreseen:
    """What a sync would write, in memory: `existing` are the sessions it looked at, `changed` those it would change.

    `canceled` and `restored` are those of the changed that no longer take place, or do so again; `new` are to be made.
    """

    wanted: Mapping[Key, Planned]
    existing: Mapping[Key, Session]
    changed: list[Session]
    canceled: list[Session]
    restored: list[Session]
    new: list[Planned]
    report: Report


def sync(
    groups: QuerySet[Group],
    *,
    first: date,
    last: date,
    at: datetime,
    without: Collection[Closure] = (),
    only: SessionQuerySet | None = None,
    also_begun: bool = False,
) -> Report:
    """Bring the sessions of these groups and days to what the slots ask for, in a constant number of queries.

    Sessions that began by `at`, have attendance or were changed by hand stay as they are, and none is made that would
    have begun, unless `also_begun`. `without` names closures that are being undone. With `only` nothing but these
    sessions is looked at, and none is made. Clashes are published without blocking and reported (R-29).
    """
    found = foresee(groups, first=first, last=last, at=at, without=without, only=only, also_begun=also_begun)
    wanted, changed, report = found.wanted, found.changed, found.report
    new = [_made(item) for item in found.new]
    Session.objects.bulk_create(new, batch_size=BATCH)
    Session.objects.bulk_update(changed, WRITTEN, batch_size=BATCH)
    _staff(new, changed, wanted)
    ahead = [session.pk for session in found.existing.values() if session.starts_at > at]
    unsettled = Booking.objects.filter(blocks=False, session__in=ahead)
    touched = {session.pk for session in [*new, *changed]} | set(unsettled.values_list("session_id", flat=True))
    report.clashes = rebook(touched, tolerate=True)
    return report


def foresee(
    groups: QuerySet[Group],
    *,
    first: date,
    last: date,
    at: datetime,
    without: Collection[Closure] = (),
    also: Collection[Closure] = (),
    only: SessionQuerySet | None = None,
    also_begun: bool = False,
) -> Foreseen:
    """What `sync` would change, worked out on sessions in memory; nothing is written. `also` are closures not saved."""
    fetched = list(groups.select_related("program__location", "service").prefetch_related("slots", "leaders"))
    wanted = {item.key: item for item in planned(fetched, first=first, last=last, without=without, also=also)}
    existing = _existing(fetched, first, last, only)
    report = Report()
    were_canceled = {session.pk for session in existing.values() if session.is_cancelled}
    changed = [s for key, s in existing.items() if s.starts_at > at and _bring(s, wanted.get(key), at, report)]
    canceled = [s for s in changed if s.is_cancelled and s.pk not in were_canceled]
    restored = [s for s in changed if not s.is_cancelled and s.pk in were_canceled]
    new = (
        [item for item in _missing(wanted, existing) if also_begun or item.meeting.starts_at > at]
        if only is None
        else []
    )
    report.made = len(new)
    return Foreseen(wanted, existing, changed, canceled, restored, new, report)


def _missing(wanted: Mapping[Key, Planned], existing: Mapping[Key, Session]) -> list[Planned]:
    """What has no session yet. Where a group's session of former hours stays that day, it is the day's meeting."""
    stays = Counter(
        (session.group_id, session.slot_day)
        for key, session in existing.items()
        if key not in wanted and not session.is_cancelled
    )
    missing = []
    for item in (item for key, item in wanted.items() if key not in existing):
        if stays[item.group.pk, item.meeting.day]:
            stays[item.group.pk, item.meeting.day] -= 1
        else:
            missing.append(item)
    return missing


def _existing(
    groups: Collection[Group], first: date, last: date, only: SessionQuerySet | None = None
) -> dict[Key, Session]:
    logged = Attendance.objects.filter(session=OuterRef("pk"), status__isnull=False)
    sessions = (
        (Session.objects.all() if only is None else only)
        .filter(group__in=[group.pk for group in groups], slot__isnull=False, slot_day__range=(first, last))
        .annotate(has_attendance=Q(logged_at__isnull=False) | Exists(logged))
        .select_related("group", "program__location")
        .prefetch_related("staff")
        .order_by("starts_at", "pk")
    )
    return {_key(session): session for session in sessions}


def _key(session: Session) -> Key:
    """The identity of a published session."""
    return cast("int", session.slot_id), cast("date", session.slot_day)


def _made(item: Planned) -> Session:
    session = Session(
        program=item.group.program, group=item.group, slot=item.slot, slot_day=item.meeting.day, day=item.meeting.day
    )
    _set(session, _values(item))
    return session


def _values(item: Planned | None) -> dict[str, Any]:
    """The columns a slot decides; without a slot the session is only cancelled."""
    if item is None:
        return {"status": SessionStatus.CANCELLED, "status_reason": NO_SLOT, "closed_by_id": None}
    times = (
        item.group.service_id,
        item.room_id,
        item.meeting.starts_at,
        item.meeting.ends_at,
        item.slot.breaks,
        item.meeting.net_minutes,
    )
    closure = item.closure
    status = (SessionStatus.CANCELLED, closure.reason, closure.pk) if closure else (SessionStatus.SCHEDULED, "", None)
    return dict(zip(TIMES + STATUS, times + status, strict=True))


def _bring(session: Session, item: Planned | None, at: datetime, report: Report) -> bool:
    """Change the session in memory to what its slot asks for; False when it is so already, or stays and is reported."""
    values = _values(item)
    own_hours = {name: getattr(session, name) for name in HOURS}
    is_too_late = item is not None and item.meeting.starts_at <= at and not own_hours.items() <= values.items()
    if is_too_late:
        values |= own_hours
        report.too_late.append(session)
    same_staff = item is None or {(part.user_id, part.role) for part in session.staff.all()} == item.leaders
    if same_staff and all(getattr(session, name) == value for name, value in values.items()):
        return False
    has_attendance: bool = session.has_attendance  # type: ignore[attr-defined]
    if has_attendance or session.is_changed_by_hand:
        (report.logged if has_attendance else report.by_hand).append(session)
        return False
    was_cancelled = session.is_cancelled
    _set(session, values)
    session.version += 1
    if session.is_cancelled != was_cancelled:
        report.cancelled += session.is_cancelled
        report.restored += was_cancelled
    else:
        report.changed += 1
    return True


def _set(session: Session, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(session, name, value)


def _staff(new: Collection[Session], changed: Collection[Session], wanted: Mapping[Key, Planned]) -> None:
    """Write who leads; a session without a slot keeps who was planned."""
    led = [session for session in changed if _key(session) in wanted]
    SessionStaff.objects.filter(session__in=led).delete()
    SessionStaff.objects.bulk_create(
        (
            SessionStaff(session=session, user_id=user_id, role=role)
            for session in [*new, *led]
            for user_id, role in sorted(wanted[_key(session)].leaders)
        ),
        batch_size=BATCH,
    )
