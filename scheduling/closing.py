"""What closing days would do, before anything is saved: the sessions it cancels and the weeks that fall short."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256

from programs import policy, timetable
from programs.choices import AttendedBy
from programs.models import Closure, Program
from programs.policy import Book
from programs.previews import minimum_for

from .actions.closures import foresee_closures
from .conflicts import day_in_words
from .models import Session
from .pattern import touches
from .weeks import week_days

SHOWN = 50
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
type Pattern = Sequence[timetable.Slot | timetable.Dose]


@dataclass(frozen=True)
class Line:
    """One session and what becomes of it, with the kind of its chip."""

    session: Session
    chip: str
    what: str


@dataclass(frozen=True)
class ShortWeek:
    """A calendar week of a program below its minimum: countable minutes offered with the closure, and without it."""

    first: date
    minutes: int
    without: int
    floor: int

    @property
    def was_below(self) -> bool:
        return self.without < self.floor

    def __str__(self) -> str:
        """“Week of Sun Nov 22: 270 of 540”"""
        before = f", {self.without} without it" if self.was_below else ""
        return f"Week of {day_in_words(self.first)}: {self.minutes} of {self.floor}{before}"


@dataclass(frozen=True)
class ProgramWeeks:
    """The weeks of one program that a closure brings below the minimum, and those below it already, with a remark."""

    program: Program
    below: list[ShortWeek] = field(default_factory=list)
    already: list[ShortWeek] = field(default_factory=list)
    remark: str = ""


@dataclass(frozen=True)
class Effect:
    """What closing days, or opening them again, would do."""

    canceled: list[Session]
    restored: list[Session]
    with_attendance: list[Session]
    by_hand: list[Session]
    weeks: list[ProgramWeeks]

    @property
    def lines(self) -> list[Line]:
        """All sessions by time, each with what becomes of it."""
        parts = (
            (self.canceled, "due", "canceled"),
            (self.restored, "ok", "takes place again"),
            (self.with_attendance, "stop", "stays: has attendance"),
            (self.by_hand, "stop", "stays: changed by hand"),
        )
        found = [Line(session, chip, what) for sessions, chip, what in parts for session in sessions]
        return sorted(found, key=lambda line: (line.session.starts_at, line.session.pk))

    @property
    def shown(self) -> list[Line]:
        return self.lines[:SHOWN]

    @property
    def more(self) -> int:
        """How many sessions are not listed."""
        return max(len(self.lines) - SHOWN, 0)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Kind and text of the counts that are not zero."""
        counts = [
            ("due", len(self.canceled), "canceled"),
            ("ok", len(self.restored), "restored"),
            ("stop", len(self.with_attendance), "with attendance, which stay"),
            ("stop", len(self.by_hand), "changed by hand, which stay"),
        ]
        return [(kind, f"{_sessions(count)} {what}") for kind, count, what in counts if count]

    @property
    def by_program(self) -> list[tuple[str, int]]:
        """How many sessions each program loses, by name."""
        return sorted(Counter(str(session.program) for session in self.canceled).items())

    def seal(self, *typed: object) -> str:
        """A fingerprint of what was typed and what it does: a confirmation that bears another is shown anew."""
        parts = (self.canceled, self.restored, self.with_attendance, self.by_hand)
        facts = [[(s.pk, s.starts_at.timestamp(), s.ends_at.timestamp()) for s in part] for part in parts]
        weeks = [[str(week) for week in [*one.below, *one.already]] for one in self.weeks]
        return sha256(repr((typed, facts, weeks)).encode()).hexdigest()


def effect(closures: Collection[Closure], *, at: datetime, today: date, without: Collection[Closure] = ()) -> Effect:
    """What these closures do, saved or not, where `without` no longer stand. A constant number of queries."""
    found = foresee_closures(closures, at=at, today=today, without=without)
    return Effect(
        canceled=found.canceled,
        restored=found.restored,
        with_attendance=found.report.logged,
        by_hand=found.report.by_hand,
        weeks=weeks_below(closures, today=today, without=without),
    )


@dataclass(frozen=True)
class Reopening:
    """What undoing closures would bring back. `staying` canceled sessions in the past, and remain on the record."""

    going: list[Closure]
    staying: list[Closure]
    still_closed: list[Session]
    effect: Effect

    @property
    def seal(self) -> str:
        """Another one where it would be something else by now that comes back."""
        rows = sorted((one.pk, one.starts_on, one.ends_on, one.reason) for one in self.going)
        return self.effect.seal(rows, sorted(session.pk for session in self.still_closed))


def reopening(closures: Sequence[Closure], *, at: datetime, today: date) -> Reopening:
    """What undoing these closures together would do; days that another closure has stay closed by it."""
    found = foresee_closures([], at=at, today=today, without=closures)
    moved = {session.pk for session in found.changed}
    left = Session.objects.filter(closed_by__in=closures).exclude(pk__in=moved).values_list("closed_by", flat=True)
    held = set(left)
    staying = [closure for closure in closures if closure.pk in held]
    going = [closure for closure in closures if closure.pk not in held]
    if staying:
        found = foresee_closures([], at=at, today=today, without=going)
    restored = {session.pk for session in found.restored}
    still_closed = [session for session in found.changed if session.pk not in restored]
    report = found.report
    return Reopening(going, staying, still_closed, Effect([], found.restored, report.logged, report.by_hand, []))


def weeks_below(closures: Collection[Closure], *, today: date, without: Collection[Closure] = ()) -> list[ProgramWeeks]:
    """By program, the calendar weeks not over by `today` that these closures bring below the weekly minimum (R-42).

    Each week is judged by the policy of its first day.
    """
    if not closures:
        return []
    first, last = max(today, min(c.starts_on for c in closures)), max(c.ends_on for c in closures)
    programs = [
        program
        for program in Program.objects.active_on(first).select_related("location").with_timetable()
        if any(touches(closure, program) for closure in closures)
    ]
    book = policy.book([program.pk for program in programs], last)
    saved = Closure.objects.filter(starts_on__lte=last + WEEK, ends_on__gte=first - WEEK)
    standing = [closure for closure in saved if closure not in without and closure not in closures]
    found = (_program_weeks(program, book, closures, standing, today) for program in programs)
    return [one for one in found if one.below or one.already or one.remark]


def _program_weeks(
    program: Program, book: Book, closures: Collection[Closure], standing: Collection[Closure], today: date
) -> ProgramWeeks:
    pattern = program.weekly_pattern()
    new, old = ([c for c in some if touches(c, program)] for some in (closures, standing))
    week_start = str(book.on(min(closure.starts_on for closure in new)).value(program, "week_start"))
    result = ProgramWeeks(program)
    short_by_itself = 0
    for days in _calendar_weeks(new, week_start, today):
        if days[0] < program.opens_on or (program.retired_on and days[-1] >= program.retired_on):
            continue
        before = [day for day in days if not _is_closed(day, old)]
        after = [day for day in before if day < today or not _is_closed(day, new)]
        if after == before:
            continue
        floor, breaks = _measure(program, book.on(days[0]))
        enough = [w for w in patient_weeks(pattern) if offered(pattern, days, w, exclude_breaks=breaks) >= floor]
        short_by_itself += not enough
        least = min((offered(pattern, after, w, exclude_breaks=breaks) for w in enough), default=floor)
        if least < floor:
            without = min(offered(pattern, before, w, exclude_breaks=breaks) for w in enough)
            week = ShortWeek(days[0], least, without, floor)
            (result.already if week.was_below else result.below).append(week)
    if short_by_itself and not result.below:
        remark = f"Its timetable is below the minimum of {floor} without any closure; that is a finding of its own."
        return ProgramWeeks(program, result.below, result.already, remark)
    return result


def _measure(program: Program, book: Book) -> tuple[int, bool]:
    """The least minutes of a week, and whether breaks are taken off, by the policy of a day."""
    return minimum_for(program.population, book, program.pk), book.switch(program, "exclude_breaks")


def offered(pattern: Pattern, days: Sequence[date], week: int, *, exclude_breaks: bool) -> int:
    """Countable minutes that the open `days` of a calendar week offer a patient in that week of the track.

    A weekly dose has no day of its own: it can be had on any open day.
    """
    if not days:
        return 0
    slots: dict[int, list[timetable.Slot]] = {}
    for item in pattern:
        if isinstance(item, timetable.Slot):
            slots.setdefault(item.weekday, []).append(item)
    doses = [item for item in pattern if isinstance(item, timetable.Dose)]
    by_day = (
        timetable.week_minutes(slots.get(day.weekday(), []), week=week, day=day, exclude_breaks=exclude_breaks)
        for day in days
    )
    return sum(by_day) + timetable.week_minutes(doses, week=week, day=days[0])


def patient_weeks(pattern: Pattern) -> list[int]:
    """One week of the track for each stretch in which the same items are offered."""
    items = [item for item in pattern if item.countable and item.attended_by != AttendedBy.FAMILY_ONLY]
    lasts = [item.last_week for item in items if item.last_week]
    starts = {1} | {item.first_week or 1 for item in items} | {last + 1 for last in lasts}
    end = max(lasts) if items and len(lasts) == len(items) else None
    return sorted(start for start in starts if end is None or start <= end)


def _calendar_weeks(closures: Iterable[Closure], week_start: str, today: date) -> Iterator[list[date]]:
    """The weeks that closed days lie in, from that of `today` on."""
    seen = set()
    for closure in closures:
        day = max(closure.starts_on, today)
        while day <= closure.ends_on:
            seen.add(week_days(day, week_start)[0])
            day += DAY
    for first in sorted(seen):
        yield [first + number * DAY for number in range(7)]


def _is_closed(day: date, closures: Iterable[Closure]) -> bool:
    return any(closure.starts_on <= day <= closure.ends_on for closure in closures)


def _sessions(count: int) -> str:
    return f"{count} {'session' if count == 1 else 'sessions'}"
