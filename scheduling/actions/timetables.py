"""A timetable taken over: the programs of a file or the whole week of one, and the sessions that follow from it."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse

from audit.actions import record
from programs import exporting, files
from programs.actions import Duplicate, Imported, duplicate_program, import_timetable, rehearse_timetable
from programs.importing import Numbered, TimetableError
from programs.models import Group, Location, Program
from programs.rules import directs, may_reach
from staff.models import User
from web import keys
from web.refusals import Refusal, Side, Stale, require

from .calendar import the_calendar
from .publishing import republish
from .sync import Report


@dataclass(frozen=True)
class Taken:
    """What changed in the set-up, and what that did to the calendar."""

    imported: Imported
    report: Report

    @property
    def url(self) -> str:
        """The program's own page, or the list of several."""
        if len(self.imported.programs) == 1:
            return program_url(self.imported.programs[0])
        return reverse("admin:programs_program_changelist")


def program_url(program: Program) -> str:
    return reverse("admin:programs_program_change", args=[program.pk])


def take_timetable(
    *,
    header: list[str],
    rows: list[Numbered],
    program_start: date,
    location: Location,
    seen: int | None,
    key: UUID,
    by: User,
    at: datetime,
) -> Taken:
    """Import a file and publish what it makes, once. Refused where it would now do something else than was `seen`."""
    today = at.astimezone(location.zone).date()
    with the_calendar(), keys.once(key, by=by) as used:
        require(may_reach(by, program=None, location=location, day=today))
        wanted = {"header": header, "rows": rows, "program_start": program_start, "location": location.name}
        if rehearse_timetable(**wanted, day=today, by=by).version != seen:  # type: ignore[arg-type]
            raise changed()
        taken = _published(import_timetable(**wanted, day=today, by=by), by=by, at=at, today=today)  # type: ignore[arg-type]
        used.url = taken.url
    return taken


def set_week(
    *, program: Program, header: list[str], rows: list[Numbered], from_day: date, shown: date, version: int | None,
    by: User, at: datetime,
) -> Taken:  # fmt: skip
    """Make these lines the program's whole week from a day on. Stale where its lines of `shown` are others by now."""
    today = at.astimezone(program.location.zone).date()
    with the_calendar():
        require(directs(by, program, today))
        Location.objects.select_for_update(of=("self",), no_key=True).get(pk=program.location_id)
        saved = exporting.lines_of(Program.objects.with_lines().get(pk=program.pk), day=shown)[1]
        if version != lines_version(saved):
            url = reverse("admin:programs_program_template", args=[program.pk])
            raise Stale(_sides(rows, saved), url=url, version=lines_version(saved))
        try:
            result = import_timetable(
                header=header, rows=rows, program_start=from_day, location=program.location.name, day=from_day, by=by,
                whole=True,
            )  # fmt: skip
        except TimetableError as error:
            raise Refusal(f"{error.lines[0].reason} Nothing is saved.", code="week_not_taken") from error
        taken = _published(result, by=by, at=at, today=today)
        record(action="programs.week_set", by=by, about=program, content={"changes": [_as_change(rows, saved)]}, at=at)
    return taken


def copy_program(
    *, source: Program, name: str, code: str, location: Location, opens_on: date, take: Collection[str], seen: str,
    key: UUID, by: User, at: datetime,
) -> tuple[Duplicate, Report]:  # fmt: skip
    """Make a program after another and publish what it meets, once. Refused where it is not what was `seen`."""
    today = at.astimezone(location.zone).date()
    with the_calendar(), keys.once(key, by=by) as used:
        made = duplicate_program(
            source=source, name=name, code=code, location=location, opens_on=opens_on, take=take, day=today, by=by
        )
        if made.seal != seen:
            raise changed()
        report = republish(made.program.groups.all(), by=by, at=at, today=today)
        used.url = program_url(made.program)
    return made, report


def changed() -> Refusal:
    return Refusal("Something changed since this preview. Look at it again; nothing is saved.", code="changed")


def lines_version(rows: list[Numbered]) -> int:
    """A number that differs once the lines do."""
    return zlib.crc32(files.write(exporting.HEADER, rows).encode()) & 0x7FFFFFFF


def _published(result: Imported, *, by: User, at: datetime, today: date) -> Taken:
    groups = Group.objects.filter(program__in=[program.pk for program in result.programs])
    return Taken(result, republish(groups, by=by, at=at, today=today))


def _sides(typed: list[Numbered], saved: list[Numbered]) -> list[Side]:
    """Both weeks line by line, by the group's name."""
    mine, theirs = _by_group(typed), _by_group(saved)
    return [Side(name, mine.get(name, ""), theirs.get(name, "")) for name in {**theirs, **mine}]


def _as_change(typed: list[Numbered], saved: list[Numbered]) -> dict[str, object]:
    """The week by group, as the audit trail keeps what changed."""
    different = [side for side in _sides(typed, saved) if side.mine != side.theirs]
    return {
        "of": "programs.groupslot",
        "fields": {side.label: {"old": side.theirs, "new": side.mine} for side in different},
    }


def _by_group(rows: list[Numbered]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for _, row in rows:
        weeks = f"weeks {row['week_from'] or 1}–{row['week_to']}" if row["week_from"] or row["week_to"] else ""
        breaks = f"break {row['breaks']}" if row["breaks"] else ""
        words = [row["service"], f"{row['weekdays']} {row['start']}–{row['end']}", breaks, weeks]
        found.setdefault(row["group"], []).append(", ".join(filter(None, words)))
    return {name: "; ".join(lines) for name, lines in found.items()}
