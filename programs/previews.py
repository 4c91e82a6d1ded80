"""What a program's weekly pattern comes to: saved ones, and those of a file or a form before anything is saved."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations

from django.utils.text import get_text_list

from . import findings, timetable
from .choices import AttendedBy
from .importing import GroupPlan, ProgramPlan
from .limits import Limits, limits_of, minimum_for
from .models import Program, ServiceType
from .policy import Book
from .timetable import Dose, Slot, Weeks

NO_PURPOSE = "Counts once the group has a purpose."
FAMILY_ONLY = "Family only: no patient attends."


@dataclass(frozen=True, kw_only=True)
class Part:
    """One group or weekly dose of a program, from a row or from a line."""

    name: str
    service: ServiceType
    audience: str
    purpose: str
    items: tuple[Slot | Dose, ...]

    @property
    def why_not(self) -> str:
        """Why its minutes do not count toward the hours; empty where they do (R-45)."""
        if self.audience == AttendedBy.FAMILY_ONLY:
            return FAMILY_ONLY
        if not self.service.counts_toward_hours:
            return f"{self.service} does not count toward hours."
        return "" if self.service.counts(self.purpose) else NO_PURPOSE


@dataclass(frozen=True)
class ServiceMinutes:
    """One service's net minutes a week, and why they do not count where they do not."""

    service: str
    weeks: Weeks
    why_not: str

    @property
    def minutes(self) -> int:
        return self.weeks.minutes

    @property
    def counts(self) -> bool:
        return not self.why_not


@dataclass(frozen=True)
class WeekSpan:
    """Weeks of the track with the same minutes, and what each weekday gives (net countable minutes)."""

    weeks: Weeks
    days: dict[int, int]
    idle: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Hours:
    """A program's week as of a day. `sentences` judge the minutes (R-25), `remarks` the days (R-34, R-43), the average
    (R-42) and the floor of young adults (R-06).
    """

    day: date
    limits: Limits
    services: tuple[ServiceMinutes, ...]
    spans: tuple[WeekSpan, ...]
    sentences: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def weeks(self) -> tuple[Weeks, ...]:
        return tuple(span.weeks for span in self.spans)

    @property
    def days(self) -> dict[int, int]:
        """Net countable minutes by weekday, in the first week of the track."""
        return self.spans[0].days if self.spans else {}

    @property
    def floor(self) -> int:
        """The least minutes a week, in whole minutes."""
        return self.limits.minimum

    @property
    def is_unusual(self) -> bool:
        """Whether someone should look: below the floor, or at the level of partial hospitalization."""
        return self.is_below or any(weeks.minutes >= self.limits.partial_hospitalization for weeks in self.weeks)

    @property
    def is_below(self) -> bool:
        """Whether some week of the track, or the average over the policy's weeks, is below the floor (R-42)."""
        averages = timetable.averages(self.weeks, self.limits.averaging_weeks)
        return not averages or min(averages) < self.floor


@dataclass(frozen=True)
class ProgramPreview:
    """One program of the file. `hours` are sentences by patient week, judged by the values in force provider-wide."""

    code: str
    name: str
    groups: tuple[str, ...]
    doses: tuple[str, ...]
    weeks: tuple[timetable.Weeks, ...]
    hours: tuple[str, ...]


def hours_of(program: Program, *, book: Book, day: date) -> Hours:
    """A saved program's week as of `day`, or of its opening where that is later; fetch it `with_timetable()`."""
    limits = limits_of(program.population, book, program.pk)
    return judge(parts_of(program), limits=limits, day=max(day, program.opens_on))


def hours_of_plan(plan: ProgramPlan, *, book: Book, day: date, program: int | None = None) -> Hours:
    """The week of a program as a file or a form has it; `program` is the row it changes, if there is one."""
    return judge(parts_of_plan(plan), limits=limits_of(plan.first.population, book, program), day=day)


def stretches(parts: Sequence[Part], *, limits: Limits, day: date) -> list[tuple[date | None, Hours]]:
    """The week in each stretch of dates from `day` on, with the stretch's last day (None: it goes on)."""
    slots = [item for part in parts for item in part.items if isinstance(item, Slot)]
    firsts = {slot.from_ for slot in slots if slot.from_} | {slot.to + timedelta(days=1) for slot in slots if slot.to}
    starts = sorted({day} | {first for first in firsts if first > day})
    lasts = [*(start - timedelta(days=1) for start in starts[1:]), None]
    return [(last, judge(parts, limits=limits, day=start)) for start, last in zip(starts, lasts, strict=True)]


def parts_of(program: Program) -> list[Part]:
    groups = [
        Part(
            name=one.name, service=one.service, audience=one.audience, purpose=one.purpose, items=(*one.weekly_slots(),)
        )
        for one in program.groups.all()
    ]
    doses = [
        Part(
            name=str(dose.service), service=dose.service, audience=dose.service.attended_by, purpose="",
            items=(dose.as_dose(),),
        )
        for dose in program.doses.all()
    ]  # fmt: skip
    return [*groups, *doses]


def parts_of_plan(plan: ProgramPlan) -> list[Part]:
    return [
        *(_planned(group, tuple(group.slots())) for group in plan.groups),
        *(_planned(dose, (dose.dose(),)) for dose in plan.doses),
    ]


def judge(parts: Sequence[Part], *, limits: Limits, day: date) -> Hours:
    """What these parts give one patient in a week as of `day`. Pure but for its arguments."""
    pattern = [item for part in parts for item in part.items]
    weeks = timetable.minutes_by_week(pattern, day=day, exclude_breaks=limits.exclude_breaks)
    spans = tuple(_span(parts, pattern, span, limits, day) for span in weeks)
    levels = {"minimum": limits.minimum, "partial_hospitalization": limits.partial_hospitalization}
    sentences = [findings.week_in_words(span, **levels) for span in weeks] or [findings.no_hours(limits.minimum)]
    return Hours(
        day=day,
        limits=limits,
        services=tuple(_services(parts, limits, day)),
        spans=spans,
        sentences=tuple(sentences),
        remarks=(
            *_of_the_floor(weeks, limits),
            *_same_hours(parts, day),
            *(text for span in spans for text in _remarks(span, limits, spans)),
        ),
    )


def alternatives(parts: Sequence[Part], *, day: date | None = None) -> list[tuple[Part, ...]]:
    """Sets of groups at overlapping hours in the same weeks and dates; family-only groups meet other people.

    With a `day`, only what is in force then.
    """
    groups = [part for part in parts if part.audience != AttendedBy.FAMILY_ONLY]
    sets: list[list[Part]] = []
    for first, second in combinations(groups, 2):
        if not _meet_at_once(first, second, day):
            continue
        touching = [one for one in sets if first in one or second in one]
        joined = [part for part in groups if part in (first, second) or any(part in one for one in touching)]
        sets = [one for one in sets if one not in touching] + [joined]
    return [tuple(one) for one in sets]


def preview(plans: Iterable[ProgramPlan], *, day: date, book: Book) -> list[ProgramPreview]:
    """What the programs of a file come to on `day`; a provider's book is enough, as a new program has no values."""
    return [_program(plan, day, book) for plan in plans]


def _planned(group: GroupPlan, items: tuple[Slot | Dose, ...]) -> Part:
    line = group.first
    name = str(line.service) if line.is_dose else line.group
    return Part(name=name, service=line.service, audience=line.attended_by, purpose=line.purpose, items=items)


def _span(parts: Sequence[Part], pattern: list[Slot | Dose], weeks: Weeks, limits: Limits, day: date) -> WeekSpan:
    def by_day(items: list[Slot | Dose]) -> dict[int, int]:
        return timetable.minutes_by_weekday(items, week=weeks.first, day=day, exclude_breaks=limits.exclude_breaks)

    service_days = by_day([item for part in parts if part.service.counts_for_idle_days for item in part.items])
    return WeekSpan(weeks, by_day(pattern), tuple(findings.longest_gap(list(service_days))))


def _services(parts: Sequence[Part], limits: Limits, day: date) -> Iterator[ServiceMinutes]:
    """The minutes by service, what counts first; groups of one service at the same hours are counted once."""
    by_service: dict[tuple[str, str], list[Slot | Dose]] = {}
    for part in sorted(parts, key=lambda part: (bool(part.why_not), str(part.service))):
        taken = [replace(item, countable=True, attended_by=AttendedBy.PATIENT) for item in part.items]
        by_service.setdefault((str(part.service), part.why_not), []).extend(taken)
    for (service, why_not), items in by_service.items():
        for weeks in timetable.minutes_by_week(items, day=day, exclude_breaks=limits.exclude_breaks):
            if weeks.minutes:
                yield ServiceMinutes(service, weeks, why_not)


def _of_the_floor(weeks: Sequence[Weeks], limits: Limits) -> Iterator[str]:
    """What else the policy knows of a floor: weeks that are averaged, and people whom it holds for later."""
    averages, over = timetable.averages(weeks, limits.averaging_weeks), limits.averaging_weeks
    if averages and over > 1 and any(span.minutes < limits.minimum for span in weeks):
        least, floor = findings.in_hours(min(averages)), findings.in_hours(limits.minimum)
        yield f"Averaged over {over} weeks, the least is {least} h a week; the minimum is {floor} h (R-42)."
    if limits.young_under and limits.young != limits.minimum:
        short = not averages or min(averages) < limits.young
        yield (
            f"The minimum is {findings.in_hours(limits.minimum)} h for adults and {findings.in_hours(limits.young)} h "
            f"for people under {limits.young_under}, which the week {'does not reach' if short else 'reaches'} (R-06)."
        )


def _same_hours(parts: Sequence[Part], day: date) -> Iterator[str]:
    for one in alternatives(parts, day=day):
        names = get_text_list([part.name for part in one], "and")
        yield f"{names} meet at the same hours: those count once, as each patient attends one of them."


def _remarks(span: WeekSpan, limits: Limits, spans: Sequence[WeekSpan]) -> Iterator[str]:
    """What the policy says of the days of a week, with the weeks where there are several."""
    when = f" ({span.weeks})" if len(spans) > 1 else ""
    short = [day for day, minutes in span.days.items() if minutes < limits.day]
    if short:
        verb = "gives" if len(short) == 1 else "each give"
        yield (
            f"{findings.days_in_words(short)} {verb} less than {findings.length(limits.day)} net, the least to bill "
            f"a day{when} (R-43)."
        )
    if len(span.days) < limits.days:
        yield f"There are groups on {findings.counted(len(span.days))} a week; at least {limits.days} are asked{when}."
    if len(span.idle) > limits.idle_days:
        yield (
            f"{len(span.idle)} days in a row have no service ({findings.WEEKDAYS[span.idle[0]]} to "
            f"{findings.WEEKDAYS[span.idle[-1]]}); at most {limits.idle_days} are allowed{when} (R-34)."
        )


def _meet_at_once(first: Part, second: Part, day: date | None) -> bool:
    pairs = ((a, b) for a in first.items for b in second.items if isinstance(a, Slot) and isinstance(b, Slot))
    return any(timetable.at_once(a, b) and (day is None or (a.in_force(day) and b.in_force(day))) for a, b in pairs)


def _program(plan: ProgramPlan, day: date, book: Book) -> ProgramPreview:
    exclude_breaks = book.switch(None, "exclude_breaks")
    weeks = timetable.minutes_by_week(plan.pattern(), day=day, exclude_breaks=exclude_breaks)
    hours = findings.hours_in_words(
        weeks,
        minimum=minimum_for(plan.first.population, book),
        partial_hospitalization=book.number(None, "php_minutes"),
    )
    doses = (f"{one.first.service}: {one.dose().times} × {one.dose().minutes} minutes a week" for one in plan.doses)
    return ProgramPreview(
        code=plan.first.timetable,
        name=plan.first.program,
        groups=tuple(one.first.group for one in plan.groups),
        doses=tuple(doses),
        weeks=tuple(weeks),
        hours=tuple(hours),
    )
