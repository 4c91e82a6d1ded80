"""The rows of the attendance page: who, the last six marks, what is saved, and what is odd about it. Only reads."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Max
from django.urls import reverse
from django.utils.text import get_text_list

from audit.models import Event
from patients.models import Episode
from programs import policy
from programs.deputies import holds_in
from programs.querysets import Person
from web.refusals import Refusal

from . import conflicts, rules
from .choices import BookingKind, StaffRole
from .conflicts import Clash, Wanted
from .cover import Leadership, leadership
from .marks import SHORT, Scale, by_code
from .models import Attendance, AttendanceChange, AttendanceStatus, Booking, Session
from .rosters import roster

LAST = 6
SAVED = "attendance.saved"


@dataclass(frozen=True)
class Flag:
    """Something accepted as a fact that wants settling: why, its rule, and the page where it is settled."""

    text: str
    rule: str = ""
    url: str = ""
    label: str = ""


@dataclass
class Line:
    """One person of the roll. `past` holds the marks before this session, oldest first."""

    number: int
    episode: Episode
    attendance: Attendance | None
    is_member: bool
    past: list[Attendance]
    flags: list[Flag] = field(default_factory=list)
    changes: list[AttendanceChange] = field(default_factory=list)

    @property
    def status(self) -> AttendanceStatus | None:
        return self.attendance.status if self.attendance else None

    @property
    def is_attended(self) -> bool:
        return self.status is not None and self.status.is_attended

    @property
    def is_first_time(self) -> bool:
        return not self.past

    @property
    def is_returning(self) -> bool:
        """Away the last two times."""
        return len(self.past) > 1 and all(row.status and row.status.is_absence for row in self.past[-2:])


class Roll:
    """A session fetched `with_roster()`, as its attendance page shows it; a constant number of queries."""

    def __init__(self, session: Session, *, user: Person, at: datetime) -> None:
        self.session, self.user, self.at = session, user, at
        self.zone = session.program.location.zone
        self.book = policy.book(session.program, session.day)
        self.statuses = list(AttendanceStatus.objects.all())
        self.scale = Scale(session, self.book, by_code(self.statuses))
        on_it = roster(session)
        self.joined_later, self.patients = on_it.joined_later, on_it.patients
        past = self._past([row.episode.pk for row in on_it.rows])
        self.lines = [
            Line(number, row.episode, row.attendance, row.is_member, past[row.episode.pk])
            for number, row in enumerate(on_it.rows, 1)
        ]
        self._add_changes()
        self._add_flags()

    @cached_property
    def refusal(self) -> Refusal | None:
        """Why this user cannot save it now; None where it can be saved."""
        session = self.session
        return rules.takes_place(session) or rules.day_has_come(session, self.at) or rules.may_log(self.user, session)

    @cached_property
    def needs_reason(self) -> bool:
        return rules.correction_has_reason(self.session, self.book, "", self.at) is not None

    @property
    def version(self) -> int:
        """The sum of the versions of all rows, also of those entered in error: it grows with every save."""
        return sum(row.version for row in self.session.attendances.all())

    @cached_property
    def leadership(self) -> Leadership:
        """Whether those who lead it may; led without cover it is logged all the same (R-30)."""
        today = self.at.astimezone(self.zone).date()
        return leadership(self.session, book=self.book, user=self.user, today=today)

    @property
    def is_led_by_user(self) -> bool:
        return any(p.user_id == self.user.pk and p.role == StaffRole.LEAD for p in self.session.staff.all())

    @property
    def may_take_over(self) -> bool:
        open_now = rules.takes_place(self.session) is None and rules.day_has_come(self.session, self.at) is None
        return open_now and not self.is_led_by_user and self._holds("scheduling.take_over_session")

    def _holds(self, permission: str) -> bool:
        return holds_in(self.user, permission, self.session.program_id)

    @cached_property
    def saved_at(self) -> datetime | None:
        """When it was last saved, by the clock of the place."""
        at = Event.objects.filter(action=SAVED, object_id=self.session.pk).aggregate(at=Max("at"))["at"]
        return at and at.astimezone(self.zone)

    @property
    def here(self) -> int:
        return sum(line.is_attended for line in self.lines)

    @property
    def unmarked(self) -> int:
        return sum(line.status is None for line in self.lines)

    @property
    def minutes(self) -> int:
        """Net minutes of everybody together."""
        return sum(line.attendance.net_minutes for line in self.lines if line.attendance)

    @property
    def away(self) -> str:
        """How many were not here, by kind: “1 excused · 2 no-show”."""
        found = Counter(line.status for line in self.lines if line.status and not line.is_attended)
        return " · ".join(f"{count} {SHORT.get(kind.code, kind.name).lower()}" for kind, count in found.items())

    @cached_property
    def cap_flag(self) -> Flag | None:
        """More people than the group plans for; they were there, so they are logged (R-26)."""
        cap = self.session.group.cap(self.book) if self.session.group else None
        if cap is None or self.here <= cap:
            return None
        return Flag(f"{self.here} people were here; {self.session.group} is planned for {cap}.", "R-26")

    def _past(self, episodes: Iterable[int]) -> dict[int, list[Attendance]]:
        past: dict[int, list[Attendance]] = defaultdict(list)
        for row in Attendance.objects.last_before(self.session, episodes, most=LAST):
            past[row.episode_id].insert(0, row)
        return past

    def _add_changes(self) -> None:
        """Corrections, which say why; what was changed before the session closed is on record and not shown here."""
        changes: dict[int, list[AttendanceChange]] = defaultdict(list)
        for change in AttendanceChange.objects.filter(attendance__session=self.session).exclude(reason=""):
            changes[change.attendance_id].append(change)
        for line in self.lines:
            line.changes = changes[line.attendance.pk] if line.attendance else []

    def _add_flags(self) -> None:
        clashes = self._clashes()
        for line in self.lines:
            if line.attendance and line.status:
                times = (
                    [self._times(line.attendance, line.status)] if line.is_attended else [self._absence(line.status)]
                )
                odd = [self._membership(line), self._admission(line)] if line.is_attended else []
                clash = clashes.get(line.episode.patient_id) if line.is_attended else None
                line.flags = [flag for flag in [*times, *odd, clash] if flag]

    def _times(self, row: Attendance, status: AttendanceStatus) -> Flag | None:
        """What late and early amount to (R-38)."""
        late = row.arrival and minutes_between(self.session.begins, row.arrival)
        early = row.departure and minutes_between(row.departure, self.session.ends)
        parts = []
        if late and late > self.scale.late:
            parts.append(f"{late} min late, past the {self.scale.late} min grace")
        if early and early > self.scale.early:
            parts.append(f"left {early} min early, past the {self.scale.early} min grace")
        if not parts:
            return None
        said = get_text_list(parts, "and")
        return Flag(
            f"{said[0].upper()}{said[1:]}: recorded as {status.name.lower()}, {row.net_minutes} min count.", "R-38"
        )

    def _absence(self, status: AttendanceStatus) -> Flag | None:
        if not (status.is_excused and status.is_scheduled):
            return None
        days = self.book.number(self.session.program_id, "makeup_window_after_days")
        return Flag(f"A make-up within {days} days counts in the week it is attended.", "R-41")

    def _membership(self, line: Line) -> Flag | None:
        group = self.session.group
        if group is None or line.is_member:
            return None
        may_add = self._holds("scheduling.add_member")
        url = reverse("member_add", args=[group.pk]) if may_add else ""
        return Flag(f"Not a member of {group} on this day.", "R-26", url, "Add a member")

    def _admission(self, line: Line) -> Flag | None:
        """Attended before the admission: not accepted yet, or by a service that does not start treatment (R-05)."""
        episode = line.episode
        if episode.admitted_on and episode.admitted_on <= self.session.day:
            return None
        if episode.is_awaiting:
            url = reverse("episode_accept", args=[episode.pk])
            may_accept = self._holds("patients.accept_episode")
            return Flag(
                f"Not accepted yet: {episode.get_status_display().lower()}. Treatment cannot begin before.",
                "R-05",
                url if may_accept else "",
                "Accept",
            )
        return Flag("Still in intake: this service does not start treatment.", "R-05")

    def _clashes(self) -> dict[int, Flag]:
        """By patient: booked or logged somewhere else at the same time (R-29)."""
        session = self.session
        here = [line.episode.patient_id for line in self.lines if line.is_attended]
        elsewhere = Booking.objects.between(session.starts_at, session.ends_at).outside([session.pk])
        found = [
            Clash(Wanted(row.kind, row.resource_id, row.starts_at, row.ends_at), row.session_id)
            for row in elsewhere.of(BookingKind.PATIENT, here)
        ]
        return {
            clash.wanted.resource_id: Flag(f"{sentence} Those minutes count once.", "R-29")
            for clash, sentence in zip(found, conflicts.sentences(found, user=self.user) if found else [], strict=True)
        }


def minutes_between(first: datetime, then: datetime) -> int:
    """Whole minutes from `first` to `then`; negative where `then` is earlier."""
    return int((then - first).total_seconds() // 60)
