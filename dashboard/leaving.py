"""What hangs on somebody from a day on, as far as whoever asks directs it: what is handed over when they leave."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.formats import date_format

from patients.models import CareTeamMember
from programs.colleagues import seen_by
from programs.models import Group, GroupLeader, Posting, Program
from programs.rules import may_lead
from scheduling.choices import StaffRole
from scheduling.models import Attendance, Session, SessionStaff
from scheduling.querysets import apart_from_the_week
from staff.models import Supervision, User
from staff.rules import may_manage

MOST = 200


@dataclass(frozen=True)
class Line:
    """One thing that hangs on somebody: its row, and the words for it. `patients` are the ids of those it names."""

    row: Any
    text: str
    patients: tuple[int, ...] = ()
    key: int = 0


def may_see(by: User, leaver: User, day: date) -> bool:
    """Whoever manages the account and directs somewhere the person works, or last worked."""
    return may_manage(by, leaver) is None and seen_by(by, day).filter(pk=leaver.pk).exists()


class Leaving:
    """What `leaver` has from `day` on in the programs that `by` directs on `today`."""

    def __init__(self, leaver: User, *, by: User, day: date, today: date, at: datetime) -> None:
        self.leaver, self.by, self.day, self.today, self.at = leaver, by, day, today, at

    @cached_property
    def works_elsewhere(self) -> bool:
        """Whether they work, or will work, where `by` does not direct: this is a part of what hangs on them."""
        return may_lead(self.by, self.leaver, self.today) is not None

    @cached_property
    def directed(self) -> QuerySet[Program]:
        return Program.objects.directed_by(self.by, self.today)

    @cached_property
    def groups(self) -> list[Line]:
        """The groups led or co-led, each once."""
        rows = GroupLeader.objects.filter(user=self.leaver, group__program__in=self.directed.values("pk"))
        groups = Group.objects.active_on(self.day).values("pk")
        rows = rows.not_over(self.day).filter(group__in=groups).select_related("group__program")
        ordered = rows.order_by("group__program__name", "group__name", "group_id", "starts_on")[:MOST]
        return [self._group(group, list(parts)) for group, parts in groupby(ordered, key=lambda part: part.group)]

    @cached_property
    def sessions(self) -> list[Line]:
        """Sessions ahead whose leaders no group decides, with whom they are."""
        parts = SessionStaff.objects.filter(session=OuterRef("pk"), user=self.leaver)
        mine = Session.objects.filter(
            Exists(parts.exclude(role=StaffRole.DID_NOT_LEAD)), program__in=self.directed.values("pk")
        )
        ahead = mine.taking_place().filter(starts_at__gt=self.at, day__gte=self.day, logged_at=None)
        people = Prefetch("attendances", Attendance.objects.for_roster().filter(is_entered_in_error=False))
        rows = apart_from_the_week(ahead).for_list().prefetch_related(people).order_by("starts_at", "pk")
        return [_session(session) for session in rows[:MOST]]

    @cached_property
    def primaries(self) -> list[Line]:
        return self._places(self._team().primaries())

    @cached_property
    def places(self) -> list[Line]:
        """Places on care teams, other than the primary's."""
        return self._places(self._team().exclude(pk__in=self._team().primaries().values("pk")), role=True)

    @cached_property
    def supervisees(self) -> list[Line]:
        here = Posting.objects.directed_by(self.by, self.today).not_over(self.day).values("user")
        mine = Supervision.objects.filter(supervisor=self.leaver, supervisee__is_active=True, supervisee__in=here)
        rows = mine.touching(self.day, None)
        rows = rows.select_related("supervisee").order_by("supervisee__last_name", "supervisee__first_name", "pk")
        return [Line(row, f"{row.supervisee}, {_since(row, self.day)}", key=row.pk) for row in rows[:MOST]]

    @cached_property
    def postings(self) -> list[Posting]:
        rows = Posting.objects.filter(user=self.leaver).directed_by(self.by, self.today).not_over(self.day)
        return list(rows.select_related("program", "location").order_by("starts_on", "pk"))

    @property
    def patients(self) -> set[int]:
        """Everybody it names, for the audit trail."""
        lines = [*self.sessions, *self.primaries, *self.places]
        return {patient for line in lines for patient in line.patients}

    @property
    def left(self) -> str:
        """“leads 2 groups and is primary for 11 people”; empty where nothing is left."""
        parts = [
            _counted(self.groups, "leads {} group{}"),
            _counted(self.sessions, "has {} single session{} ahead"),
            _counted(self.primaries, "is primary for {} {}", "person", "people"),
            _counted(self.places, "has {} other place{} on care teams"),
            _counted(self.supervisees, "supervises {} {}", "person", "people"),
        ]
        said = [part for part in parts if part]
        return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)

    def _group(self, group: Group, parts: Sequence[GroupLeader]) -> Line:
        said = "; ".join(f"{part.get_role_display().lower()} {_since(part, self.day)}" for part in parts)
        return Line(group, f"{group}, {group.program}: {said}", key=group.pk)

    def _team(self) -> Any:
        rows = CareTeamMember.objects.filter(user=self.leaver, episode__program__in=self.directed.values("pk"))
        return rows.of_active_episodes().not_over(self.day)

    def _places(self, rows: Any, *, role: bool = False) -> list[Line]:
        named = rows.select_related("episode__patient", "episode__program__location", "user")
        ordered = named.order_by("episode__patient__family", "episode__patient__given", "pk")
        return [self._place(row, role=role) for row in ordered[:MOST]]

    def _place(self, row: CareTeamMember, *, role: bool) -> Line:
        patient = row.episode.patient
        part = f"{row.get_role_display().lower()} " if role else ""
        text = f"{patient.preferred_name}, {patient.mrn}, {row.episode.program}: {part}{_since(row, self.day)}"
        return Line(row, text, (patient.pk,), key=row.pk)


def programs_of(lines: Iterable[Line]) -> list[Program]:
    """The programs of groups, sessions or care teams, each once."""
    rows = [line.row for line in lines]
    found = [row.episode.program if isinstance(row, CareTeamMember) else row.program for row in rows]
    return list({program.pk: program for program in found}.values())


def _session(session: Session) -> Line:
    people = [row.episode.patient for row in session.attendances.all()]
    with_whom = f", with {', '.join(patient.preferred_name for patient in people)}" if people else ""
    when = date_format(session.day, "D M j")
    text = f"{session.title}, {when}, {session.span}{with_whom}"
    return Line(session, text, tuple(patient.pk for patient in people), key=session.pk)


def _since(row: Any, day: date) -> str:
    begins = "since" if row.starts_on <= day else "from"
    until = f" until {date_format(row.ends_on, 'M j, Y')}" if row.ends_on else ""
    return f"{begins} {date_format(row.starts_on, 'M j, Y')}{until}"


def _counted(lines: Sequence[Line], words: str, one: str = "", many: str = "s") -> str:
    return words.format(len(lines), one if len(lines) == 1 else many) if lines else ""
