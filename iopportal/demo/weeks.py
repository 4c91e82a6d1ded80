"""What happened in the demo's past weeks and is booked for the next: attendance, individual and family sessions."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Collection, Iterator

from patients.choices import EpisodeStatus
from patients.models import Episode, RelatedPerson
from programs.models import Closure, Program, Room, ServiceType
from scheduling.actions.calendar import rebook, the_calendar
from scheduling.choices import SessionStatus, StaffRole
from scheduling.hours import net_minutes, presence
from scheduling.models import Attendance, AttendanceStatus, FamilyParticipant, Membership, Session, SessionStaff
from staff.models import User

from .people import Treated
from .places import Site, office

BATCH = 500
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
SAVED_AFTER = dt.timedelta(minutes=5)
NO_SHOW, EXCUSED, LEFT_EARLY, LATE = 0.03, 0.04, 0.02, 0.05
ABSENCES = ["Illness", "Work", "Child care", "Transport"]
FIRST_HOUR, MINUTES = 12, 50
FAMILY_EVERY = 4  # weeks
type Visit = tuple[Session, Episode]


def live_through(
    site: Site,
    program: Program,
    treated: list[Treated],
    people: dict[str, User],
    *,
    at: dt.datetime,
    rng: random.Random,
) -> None:
    """Book the one-off sessions, log what is past but for the last session, and admit who came (R-05)."""
    one_off = book_one_off(site, program, treated, people, at=at)
    past = Session.objects.filter(program=program, slot__isnull=False, ends_at__lt=at).taking_place()
    logged = list(past.order_by("starts_at", "pk"))[:-1]
    log = Log(rng)
    rows = [log.row(session, episode) for session, episode in expected(program, logged)]
    rows += [log.row(*visit) if visit[0].ends_at < at else log.planned(*visit) for visit in one_off]
    Attendance.objects.bulk_create(rows, batch_size=BATCH)
    hold([*logged, *(session for session, _ in one_off if session.ends_at < at)])
    admit_who_came(treated, rows, program)
    with the_calendar():
        rebook(Session.objects.filter(program=program).values_list("pk", flat=True), tolerate=True)


class Log:
    """Attendance rows by chance, always the same chance for the same seed."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.statuses = {status.code: status for status in AttendanceStatus.objects.all()}

    def planned(self, session: Session, episode: Episode) -> Attendance:
        return Attendance(session=session, episode=episode, day=session.day)

    def row(self, session: Session, episode: Episode) -> Attendance:
        """One person in one past session: mostly here; now and then late, early, excused or a no-show."""
        row, chance = self.planned(session, episode), self.rng.random()
        minutes = dt.timedelta(minutes=self.rng.randrange(12, 35))
        if chance < NO_SHOW + EXCUSED:
            row.status = self.statuses["NS" if chance < NO_SHOW else "EX"]
            row.reason = "" if chance < NO_SHOW else self.rng.choice(ABSENCES)
            return row
        row.arrival = session.starts_at + minutes if chance > 1 - LATE else None
        row.departure = session.ends_at - minutes if 1 - LATE - LEFT_EARLY < chance <= 1 - LATE else None
        times = (session.starts_at, session.ends_at, row.arrival, row.departure)
        row.status = self.statuses[presence(*times, grace_late=10, grace_early=10)]
        row.net_minutes = net_minutes(*times, breaks=[])
        return row


def expected(program: Program, sessions: list[Session]) -> Iterator[Visit]:
    """Who was a member on the day of each session; nobody where only the family comes."""
    by_group: dict[int, list[Membership]] = defaultdict(list)
    for membership in Membership.objects.filter(group__program=program).select_related("episode").order_by("pk"):
        by_group[membership.group_id].append(membership)
    for session in sessions:
        if session.group_id and session.books_patients:
            for membership in by_group[session.group_id]:
                if membership.covers(session.day):
                    yield session, membership.episode


def book_one_off(
    site: Site, program: Program, treated: list[Treated], people: dict[str, User], *, at: dt.datetime
) -> list[Visit]:
    """A weekly individual session each with the primary clinician, and a family session every fourth week."""
    services = {service.code: service for service in ServiceType.objects.all()}
    rooms = {room.name: room for room in Room.objects.filter(location=program.location)}
    relatives = {person.patient_id: person for person in RelatedPerson.objects.all()}
    closed = closed_days(program)
    visits: list[Visit] = []
    staff, family = [], []
    for n, stay in enumerate(treated if site.clinicians else []):
        clinician = site.clinicians[n % len(site.clinicians)]
        for number, session in enumerate(series(program, stay, n // len(site.clinicians), closed, at=at), start=1):
            with_family = number % FAMILY_EVERY == 0
            session.service = services["family-session" if with_family else "individual-therapy"]
            session.room = rooms[office(clinician)]
            visits.append((session, stay.episode))
            staff.append(SessionStaff(session=session, user=people[clinician], role=StaffRole.LEAD))
            if with_family:
                relative = relatives[stay.episode.patient_id]
                family.append(FamilyParticipant(session=session, episode=stay.episode, related_person=relative))
    Session.objects.bulk_create([session for session, _ in visits], batch_size=BATCH)
    SessionStaff.objects.bulk_create(staff, batch_size=BATCH)
    FamilyParticipant.objects.bulk_create(family, batch_size=BATCH)
    return visits


def closed_days(program: Program) -> set[dt.date]:
    closures = Closure.objects.touching(program)
    return {
        row.starts_on + number * DAY for row in closures for number in range((row.ends_on - row.starts_on).days + 1)
    }


def series(
    program: Program, stay: Treated, place: int, closed: Collection[dt.date], *, at: dt.datetime
) -> Iterator[Session]:
    """One session a week at the place's own weekday and hour, none on `closed` days.

    From the stay's first week to two weeks from now.
    """
    day = stay.begins + (place % 5) * DAY
    hour = dt.time(FIRST_HOUR + place // 5 % 3)
    last = at.date() + 2 * WEEK
    last = min(stay.ends, last) if stay.ends else last
    while day <= last:
        if day not in closed:
            start = dt.datetime.combine(day, hour, program.location.zone)
            yield Session(
                program=program,
                day=day,
                starts_at=start.astimezone(dt.UTC),
                ends_at=(start + dt.timedelta(minutes=MINUTES)).astimezone(dt.UTC),
                planned_minutes=MINUTES,
            )
        day += WEEK


def hold(sessions: list[Session]) -> None:
    """Their attendance was saved when they had ended."""
    for session in sessions:
        session.status, session.logged_at = SessionStatus.HELD, session.ends_at + SAVED_AFTER
    Session.objects.bulk_update(sessions, ["status", "logged_at"], batch_size=BATCH)


def admit_who_came(treated: list[Treated], rows: list[Attendance], program: Program) -> None:
    """The first attended session that starts treatment is the admission day (R-05); who has left is discharged."""
    came: dict[int, list[dt.date]] = defaultdict(list)
    for row in rows:
        service = row.session.service
        if row.status and row.status.is_attended and service.starts_treatment:
            came[row.episode.pk].append(row.day)
    for stay in treated:
        days = came.get(stay.episode.pk)
        if days:
            stay.episode.admitted_on = min(days)
            stay.episode.status = EpisodeStatus.ADMITTED
            if stay.ends:
                evening = dt.datetime.combine(max(days), dt.time(21), program.location.zone)
                stay.episode.status, stay.episode.closed_at = EpisodeStatus.DISCHARGED, evening
    Episode.objects.bulk_update(
        [stay.episode for stay in treated], ["status", "admitted_on", "closed_at"], batch_size=BATCH
    )
