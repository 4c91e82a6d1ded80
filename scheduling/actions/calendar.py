"""The calendar's lock, and the bookings that every verb rewrites at its end."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from scheduling import conflicts
from scheduling.choices import BookingKind, StaffRole
from scheduling.conflicts import Clash, Diary, Wanted
from scheduling.models import Attendance, Booking, Membership, Session, SessionStaff
from staff.models import User

CALENDAR_LOCK = 7_305_001
BATCH = 500


@contextmanager
def the_calendar() -> Iterator[None]:
    """One transaction in which nobody else changes the calendar. Enter it first, before any row is locked or written.

    PostgreSQL: an advisory transaction lock, without which writers on one room deadlock. SQLite: BEGIN IMMEDIATE.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CALENDAR_LOCK])
        yield


@dataclass(frozen=True)
class Row:
    """A booking to be written; an observer's never blocks."""

    session_id: int
    wanted: Wanted
    may_block: bool = True

    @property
    def key(self) -> tuple[int, str, int]:
        return (self.session_id, *self.wanted.resource)


def rebook(sessions: Iterable[int], *, by: User | None = None, tolerate: bool = False) -> list[Clash]:
    """Rewrite the bookings of these sessions from their rooms, leaders and people; give the clashes that do not block.

    Set-based: a constant number of queries. A clash is refused (R-29) unless `tolerate`, as publishing and logging do,
    or unless that booking did not block before. Whoever waited for what these sessions held gets it once it is free.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("rebook() belongs inside the_calendar()")
    asked = set(sessions)
    if not asked:
        return []
    before = list(Booking.objects.filter(session__in=asked))
    waiting = _waiting_for(before, asked)
    hoping = {(row.session_id, row.kind, row.resource_id) for row in waiting}
    unblocked = {(row.session_id, row.kind, row.resource_id) for row in before if not row.blocks}
    rows = sorted(
        (
            row
            for row in _rows(asked | {row.session_id for row in waiting})
            if row.session_id in asked or row.key in hoping
        ),
        key=lambda row: (row.session_id not in asked, row.key in unblocked, row.wanted.starts_at, row.session_id),
    )
    clashes = _place(rows, conflicts.diary([row.wanted for row in rows], ignoring=asked))
    new = [clash for row, clash in clashes.items() if row.session_id in asked and row.key not in unblocked]
    if not tolerate and (refusal := conflicts.refusal(new, user=by)):
        raise refusal
    _replace([*before, *waiting], [_booking(row, blocks=row.may_block and row not in clashes) for row in rows], by=by)
    return list(clashes.values())


def _place(rows: Iterable[Row], times: Diary) -> dict[Row, Clash]:
    """Give each row its place in the diary, first come; the clashes of those that find theirs taken."""
    clashes = {}
    for row in rows:
        if not row.may_block:
            continue
        holder = times.holder(row.wanted)
        if holder is None:
            times.add(row.wanted, row.session_id)
        else:
            clashes[row] = Clash(row.wanted, holder)
    return clashes


def _waiting_for(held: Collection[Booking], asked: Collection[int]) -> list[Booking]:
    """Other sessions' bookings that do not block, for what these bookings hold around the same time."""
    blocking = [row for row in held if row.blocks]
    if not blocking:
        return []
    by_kind: dict[str, set[int]] = defaultdict(set)
    for row in blocking:
        by_kind[row.kind].add(row.resource_id)
    resources = Q()
    for kind, resource_ids in by_kind.items():
        resources |= Q(kind=kind, resource_id__in=resource_ids)
    around = Booking.objects.between(min(row.starts_at for row in blocking), max(row.ends_at for row in blocking))
    return list(around.filter(resources, blocks=False).outside(asked))


def _rows(ids: Collection[int]) -> Iterator[Row]:
    """What the sessions that take place need: one room, those with a part, and the people expected."""
    sessions = list(Session.objects.taking_place().filter(pk__in=ids).select_related("group__service", "service"))
    staff = _staff_by_session(ids)
    patients = _patients_by_session(sessions)
    for session in sessions:
        if session.room_id:
            yield Row(session.pk, _wanted(session, BookingKind.ROOM, session.room_id))
        for user_id, role in staff[session.pk]:
            yield Row(session.pk, _wanted(session, BookingKind.STAFF, user_id), role != StaffRole.OBSERVER)
        for patient_id in patients[session.pk]:
            yield Row(session.pk, _wanted(session, BookingKind.PATIENT, patient_id))


def _wanted(session: Session, kind: BookingKind, resource_id: int) -> Wanted:
    return Wanted(kind.value, resource_id, session.starts_at, session.ends_at)


def _staff_by_session(ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    parts = SessionStaff.objects.filter(session__in=ids).exclude(role=StaffRole.DID_NOT_LEAD)
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for session_id, user_id, role in parts.values_list("session_id", "user_id", "role"):
        found[session_id].append((user_id, role))
    return found


def _patients_by_session(sessions: Collection[Session]) -> dict[int, set[int]]:
    """Patient ids by session: members of the day until attendance is saved, then its rows; whoever is away is free."""
    found: dict[int, set[int]] = defaultdict(set)
    attended = [session for session in sessions if session.books_patients]
    members = _members_by_group([session for session in attended if session.group_id and not session.logged_at])
    for session in attended:
        if session.logged_at is None and session.group_id:
            found[session.pk] |= {m.patient_id for m in members[session.group_id] if m.covers(session.day)}
    rows = Attendance.objects.filter(session__in=[session.pk for session in attended])
    columns = ("session_id", "episode__patient_id", "status_id", "status__is_attended", "is_entered_in_error")
    for session_id, patient_id, status_id, is_attended, in_error in rows.values_list(*columns):
        if not in_error and (status_id is None or is_attended):
            found[session_id].add(patient_id)
        else:
            found[session_id].discard(patient_id)
    return found


@dataclass(frozen=True)
class Member:
    patient_id: int
    starts_on: date
    ends_on: date | None

    def covers(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def _members_by_group(sessions: Collection[Session]) -> dict[int, list[Member]]:
    found: dict[int, list[Member]] = defaultdict(list)
    if sessions:
        days = [session.day for session in sessions]
        memberships = Membership.objects.touching(min(days), max(days)).filter(group__in={s.group_id for s in sessions})
        columns = ("group_id", "episode__patient_id", "starts_on", "ends_on")
        for group_id, patient_id, starts_on, ends_on in memberships.values_list(*columns):
            found[group_id].append(Member(patient_id, starts_on, ends_on))
    return found


def _booking(row: Row, *, blocks: bool) -> Booking:
    wanted = row.wanted
    return Booking(
        session_id=row.session_id,
        kind=wanted.kind,
        resource_id=wanted.resource_id,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        blocks=blocks,
    )


def _facts(booking: Booking) -> tuple[object, ...]:
    return booking.session_id, booking.kind, booking.resource_id, booking.starts_at, booking.ends_at, booking.blocks


def _replace(before: Collection[Booking], bookings: Collection[Booking], *, by: User | None) -> None:
    """Delete what is no longer so and insert what is new; most bookings stay as they are."""
    standing = {_facts(booking): booking.pk for booking in before}
    wanted = {_facts(booking): booking for booking in bookings}
    if gone := [pk for facts, pk in standing.items() if facts not in wanted]:
        Booking.objects.filter(pk__in=gone).delete()
    if new := [booking for facts, booking in wanted.items() if facts not in standing]:
        _write(new, by=by)


def _write(bookings: list[Booking], *, by: User | None) -> None:
    """Insert them; where the database's own guard says no, say it as the conflict check does."""
    try:
        with transaction.atomic():
            Booking.objects.bulk_create(bookings, batch_size=BATCH)
    except IntegrityError as error:
        if "booking_overlap" not in str(error):
            raise
        wanted = [Wanted(b.kind, b.resource_id, b.starts_at, b.ends_at) for b in bookings if b.blocks]
        raise conflicts.refusal(conflicts.clashes(wanted), user=by) or error from error
