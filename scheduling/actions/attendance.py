"""Who was there. Facts are accepted: whoever was in the room is logged, and what is wrong with it becomes a flag."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from audit.actions import record
from audit.models import Event
from patients.actions import settle_admissions
from patients.choices import EpisodeStatus
from patients.models import Episode
from programs import policy
from scheduling import marks as making
from scheduling import rules
from scheduling.choices import SessionStatus, StaffRole
from scheduling.marks import FIELDS, Mark, Scale, Seen, values_of
from scheduling.models import Attendance, AttendanceChange, AttendanceStatus, Session, SessionStaff
from scheduling.rosters import roster
from staff.models import User
from web.refusals import Side, Stale, require
from web.versions import count_up

from .calendar import rebook, the_calendar

type Rows = dict[int, Attendance]


@dataclass
class Work:
    """One save on its way: the rows by episode, which of them it touches, and what they were."""

    session: Session
    rows: Rows
    scale: Scale
    before: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def touched(self) -> Rows:
        return {pk: self.rows[pk] for pk in self.before}


def log_attendance(
    *,
    session: Session,
    marks: Mapping[int, Mark],
    everyone: bool = False,
    seen: Seen | None = None,
    reason: str = "",
    by: User,
    at: datetime,
) -> list[Attendance]:
    """Save what became of people, by episode id; gives the rows that changed, none when all is saved already.

    Someone of the program who is not on the roster is added to it (not a member, over the cap, clashing: R-26, R-29).
    `everyone` marks whoever is left unmarked as here. The first save writes a row for each member of the day and is
    free at any time; once the session is closed a change needs a `reason` (R-47). A change of a row that had a value
    leaves its old value in AttendanceChange, closed or not. Raises Stale when a row that is marked was changed since
    it was `seen`; rows that others changed and this save leaves alone are kept. A constant number of queries.
    """
    with the_calendar():
        session = Session.objects.select_for_update(of=("self",), no_key=True).with_roster().get(pk=session.pk)
        require(rules.takes_place(session), rules.day_has_come(session, at), rules.may_log(by, session))
        book = policy.book(session.program, session.day)
        scale = Scale(session, book, making.by_code(AttendanceStatus.objects.all()))
        work = Work(session, _rows(session, marks), scale)
        _refuse_stale(work, marks, seen)
        if everyone:
            unmarked = [pk for pk, row in work.rows.items() if making.answer_of(row) == ""]
            marks = dict.fromkeys(unmarked, scale.usual) | {pk: mark for pk, mark in marks.items() if mark.answer}
        _apply(work, marks)
        require(rules.somebody_is_marked(session, marks=bool(work.before)))
        if not work.before:
            return []
        require(rules.correction_has_reason(session, book, reason, at))
        _write(work, reason=reason, by=by, at=at)
        rebook([session.pk], by=by, tolerate=True)
        _settle_admissions(work, by=by)
        _record(work, everyone=everyone, reason=reason, by=by, at=at)
    return list(work.touched.values())


def take_over(*, session: Session, by: User, at: datetime) -> Session:
    """“I am leading this”: `by` leads it, and who was to lead it stays on record as planned, did not lead.

    Nothing is asked of the license of `by`: that they lead when a colleague is ill is a fact. Where they may not lead
    it alone, it is flagged, and its notes need a qualified co-signature (R-30).
    """
    with the_calendar():
        session = Session.objects.select_for_update(of=("self",), no_key=True).for_list().get(pk=session.pk)
        require(rules.takes_place(session), rules.day_has_come(session, at))
        planned = [part for part in session.staff.all() if part.role == StaffRole.LEAD and part.user_id != by.pk]
        _, is_new = SessionStaff.objects.get_or_create(session=session, user=by, defaults={"role": StaffRole.LEAD})
        changed = session.staff.filter(user=by).exclude(role=StaffRole.LEAD).update(role=StaffRole.LEAD)
        if not (planned or is_new or changed):
            return session
        SessionStaff.objects.filter(pk__in=[part.pk for part in planned]).update(role=StaffRole.DID_NOT_LEAD)
        session.is_changed_by_hand = True
        count_up(session)
        session.save(update_fields=["is_changed_by_hand", "version"])
        rebook([session.pk], by=by, tolerate=True)
        record(
            action="session.taken_over",
            by=by,
            about=session,
            content={"planned": [part.user_id for part in planned]},
            at=at,
        )
    return session


def _rows(session: Session, marks: Collection[int]) -> Rows:
    """Everyone on the locked session, as rows that may be new, and those of the program who are marked besides."""
    rows = {row.episode_id: row for row in session.attendances.all()}
    expected = [line.episode for line in roster(session).rows if line.attendance is None]
    unknown = set(marks) - set(rows) - {episode.pk for episode in expected}
    if unknown:
        expected += Episode.objects.filter(pk__in=unknown, program=session.program_id).select_related("patient")
    return rows | {episode.pk: Attendance(session=session, episode=episode, day=session.day) for episode in expected}


def _refuse_stale(work: Work, marks: Mapping[int, Mark], seen: Seen | None) -> None:
    """Raise Stale for marked rows that say something else than was seen. Others' work on other rows is no conflict."""
    version = sum(row.version for row in work.rows.values() if row.pk)
    if seen is None or seen.version == version:
        return
    zone, sides = work.session.program.location.zone, []
    for pk, mark in marks.items():
        row = work.rows.get(pk)
        if row is None or not row.pk or row.version == seen.rows.get(pk) or making.answer_of(row) == "":
            continue
        mine, theirs = work.scale.values(mark), values_of(row)
        if mine != theirs:
            name = row.episode.patient.preferred_name
            sides.append(Side(name, making.in_words(mine, zone), making.in_words(theirs, zone)))
    if sides:
        last = Event.objects.filter(action="attendance.saved", object_id=work.session.pk).order_by("-sequence").first()
        url = reverse("attendance", args=[work.session.pk])
        raise Stale(sides, by=last.actor_name if last else "", at=last.at if last else None, url=url, version=version)


def _apply(work: Work, marks: Mapping[int, Mark]) -> None:
    """Set the values of the marks on their rows, and keep what those that differ were."""
    for pk, mark in marks.items():
        row = work.rows.get(pk)
        if row is None:
            continue
        require(rules.left_after_arriving(mark.arrival, mark.departure))
        before, after = values_of(row), work.scale.values(mark)
        if before == after:
            continue
        work.before[pk] = before
        for name, value in after.items():
            setattr(row, name, value)


def _write(work: Work, *, reason: str, by: User, at: datetime) -> None:
    """One write for the new rows, one for the changed, one for what the changed ones were, and the session."""
    session, zone = work.session, work.session.program.location.zone
    is_first = session.logged_at is None
    saved = [row for row in work.touched.values() if row.pk]
    for row in saved:
        count_up(row)
    Attendance.objects.bulk_create(
        row for pk, row in work.rows.items() if not row.pk and (is_first or pk in work.before)
    )
    Attendance.objects.bulk_update(saved, [*FIELDS, "version"])
    AttendanceChange.objects.bulk_create(
        AttendanceChange(
            attendance=work.rows[pk],
            field=name,
            old=making.text(before[name], zone),
            new=making.text(getattr(work.rows[pk], name), zone),
            reason=reason,
            by_id=by.pk,
            by_name=by.get_full_name() or by.get_username(),
            at=at,
        )
        for pk, before in work.before.items()
        if before["status"] or before["is_entered_in_error"] or reason
        for name in making.changed(before, values_of(work.rows[pk]))
    )
    _update_session(work, at)


def _update_session(work: Work, at: datetime) -> None:
    """The first save logs it, and taking back every mark undoes that; with somebody attended it was held."""
    session, statuses = work.session, [row.status for row in work.rows.values() if row.status]
    logged_at = (session.logged_at or at) if statuses else None
    held = any(status.is_attended for status in statuses)
    status = SessionStatus.HELD if held else SessionStatus.SCHEDULED
    if (session.logged_at, session.status) == (logged_at, status):
        return
    session.logged_at, session.status = logged_at, status
    count_up(session)
    session.save(update_fields=["logged_at", "status", "version"])


def _settle_admissions(work: Work, *, by: User) -> None:
    """The first attended session of a service that starts treatment is the admission, corrected or not (R-05)."""
    if not work.session.service.starts_treatment:
        return
    turned = [pk for pk, row in work.touched.items() if _attended(work.before[pk]["status"]) != _attended(row.status)]
    if not turned:
        return
    firsts = Attendance.objects.first_days(turned)
    days = {pk: firsts.get(pk) for pk in turned if _moves(work.rows[pk].episode, work.session.day, firsts.get(pk))}
    if days:
        settle_admissions(days=days, by=by)


def _moves(episode: Episode, day: date, first: date | None) -> bool:
    """Whether the first attended day is news. Who was admitted before our records begin stays so."""
    if episode.status == EpisodeStatus.INTAKE or episode.admitted_on is None:
        return first is not None
    return episode.admitted_on == day or (first is not None and first < episode.admitted_on)


def _attended(status: AttendanceStatus | None) -> bool:
    return status is not None and status.is_attended


def _record(work: Work, *, everyone: bool, reason: str, by: User, at: datetime) -> None:
    record(
        action="attendance.saved",
        by=by,
        about=work.session,
        patients=[row.episode.patient_id for row in work.touched.values()],
        record_class="attendance",
        reason=reason,
        content={"everyone": everyone, "rows": sorted(row.pk for row in work.touched.values())},
        at=at,
    )
