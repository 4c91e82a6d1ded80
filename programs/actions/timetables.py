from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch

from audit.actions import record
from programs import importing
from programs.choices import Focus, LeaderRole
from programs.importing import GroupPlan, Known, ProgramPlan
from programs.models import Group, GroupLeader, Location, Program, ProgramDose, Room, ServiceType, Track, TrackPhase
from programs.timetable import weeks_in_words
from staff.models import User
from web.refusals import Refusal, require

from . import leaders, slots
from .names import GROUP_FACTS, Key, by_key, is_one_group, keys

MAIN = "Main"


@dataclass
class Imported:
    """What an import made, changed and left, in sentences; `programs` are those of the file as they stand now."""

    location: Location
    programs: list[Program] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Scene:
    """What every step of one import needs. Changes take effect on `from_day`, what is new runs from `program_start`."""

    result: Imported
    program_start: date
    from_day: date
    whole: bool
    people: dict[str, User]
    rooms: dict[str, Room]


@transaction.atomic
def import_timetable(
    *,
    header: list[str],
    rows: list[importing.Numbered],
    program_start: date,
    location: str,
    day: date,
    by: User | None,
    whole: bool = False,
) -> Imported:
    """Make and update the programs of a timetable file, all or nothing; a second import changes nothing.

    Facts that differ are updated. A change of hours or leaders takes effect on `day`, or on a later program start,
    and leaves the rows of the past as they were. What the file does not name stays and is reported; where it is the
    `whole` week of its programs, that ends. Rooms and leaders are left alone where no cell names one. An empty
    `location` is the only one there, or "Main". Raises TimetableError with every bad line, Refusal without a location.
    """
    result = Imported(_location(location, day))
    programs = _programs_at(result.location)
    rooms = {room.name.casefold(): room for room in result.location.rooms.all()}
    people = {user.username: user for user in User.objects.filter(is_active=True)}
    plans = read_timetable(header=header, rows=rows, location=result.location, day=day)
    scene = _Scene(result, program_start, max(day, program_start), whole, people, rooms)
    for plan in plans:
        _save_program(scene, plan, programs.get(plan.first.timetable))
    codes = [plan.first.timetable for plan in plans]
    result.programs = list(result.location.programs.filter(code__in=codes).with_timetable().order_by("pk"))
    counts = {"made": len(result.made), "changed": len(result.changed), "kept": len(result.kept)}
    record(action="programs.timetable_imported", by=by, about=result.location, content=counts)
    return result


def read_timetable(
    *, header: list[str], rows: list[importing.Numbered], location: Location, day: date
) -> list[ProgramPlan]:
    """The programs that a file describes, by what may be named at this location on `day`. Raises TimetableError."""
    return importing.read(header, rows, known_at(location, day))


def known_at(location: Location, day: date) -> Known:
    active_programs = location.programs.active_on(day).values("pk")
    active_rooms = location.rooms.active_on(day).values("pk")
    return Known(
        services=list(ServiceType.objects.active_on(day)),
        people=set(User.objects.filter(is_active=True).values_list("username", flat=True)),
        retired_programs=set(location.programs.exclude(pk__in=active_programs).values_list("code", flat=True)),
        retired_rooms={room.name.casefold() for room in location.rooms.exclude(pk__in=active_rooms)},
    )


def _location(name: str, day: date) -> Location:
    """The location under lock, so that two imports follow one another."""
    named = Location.objects.filter(name__iexact=name) if name else Location.objects.active_on(day)
    found = list(named[:2])
    if len(found) > 1:
        raise Refusal(
            "There are several locations. Name the one of this file.", code="location_unclear", field="location"
        )
    if not found:
        return Location.objects.create(name=name or MAIN, zone_name=settings.TIME_ZONE)
    if not found[0].is_active_on(day):
        raise Refusal(f"{found[0]} is retired. Name another location.", code="location_retired", field="location")
    return Location.objects.select_for_update(of=("self",), no_key=True).get(pk=found[0].pk)


def _programs_at(location: Location) -> dict[str, Program]:
    groups = Group.objects.select_related("service", "room").prefetch_related("phases", "slots", "leaders__user")
    rows = location.programs.prefetch_related(Prefetch("groups", groups), "doses__service", "tracks")
    return {program.code: program for program in rows}


def _save_program(scene: _Scene, plan: ProgramPlan, program: Program | None) -> None:
    facts: dict[str, object] = {
        "name": plan.first.program,
        "focus": plan.first.focus,
        "population": plan.first.population,
        "level_of_care": plan.first.level_of_care,
    }
    if program is None:
        part2 = plan.first.focus != Focus.MENTAL_HEALTH
        program = Program.objects.create(
            location=scene.result.location,
            code=plan.first.timetable,
            opens_on=scene.program_start,
            is_part2=part2,
            **facts,
        )
        scene.result.made.append(f"Program {program}.")
    else:
        _update(scene, program, facts)
    _save_groups(scene, program, plan.groups)
    _save_doses(scene, program, plan.doses)


def _save_groups(scene: _Scene, program: Program, plans: list[GroupPlan]) -> None:
    groups = [group for group in program.groups.all() if not scene.whole or group.is_active_on(scene.from_day)]
    track = next(iter(program.tracks.all()), None)
    if track is None and any(plan.first.weeks for plan in plans):
        track = Track.objects.create(program=program, name=program.name)
    named = {(plan.first.group.casefold(), plan.first.weeks) for plan in plans}
    existing = by_key(groups, named, scene.from_day)
    others = [group for group in groups if not named & set(keys(group))]
    updated: dict[int, GroupPlan] = {}
    for plan in plans:
        group = existing.get((plan.first.group.casefold(), plan.first.weeks))
        if group is None and scene.whole:
            group = _other_weeks(scene, plan, track, others)
        if group is None:
            _make_group(scene, program, track, plan)
        elif not group.is_active_on(scene.from_day):
            scene.result.kept.append(f"{program}: {group} is retired and stays so.")
        elif group.pk in updated:
            require(is_one_group(group, updated[group.pk], plan))
        else:
            _update_group(scene, group, plan)
            updated[group.pk] = plan
    others = [group for group in others if group.is_active_on(scene.from_day)]
    if scene.whole:
        _end_weeks(scene, [group for key, group in existing.items() if key in named], named)
        ends = [(group, slots.end_all(group, scene.from_day)) for group in others]
        scene.result.changed += [f"{group}: {sentence}" for group, sentences in ends for sentence in sentences]
    else:
        scene.result.kept += sorted(f"{program}: {group} is not in the file and stays." for group in others)


def _end_weeks(scene: _Scene, groups: list[Group], named: Container[Key]) -> None:
    """Of groups that stay, take out the stretches of weeks that no line names."""
    for group in dict.fromkeys(groups):
        for phase in group.phases.all():
            if (group.name.casefold(), (phase.first_week, phase.last_week)) not in named:
                phase.delete()
                weeks = weeks_in_words(phase.first_week, phase.last_week)
                scene.result.changed.append(f"{group}: it is no longer held {weeks}.")


def _other_weeks(scene: _Scene, plan: GroupPlan, track: Track | None, others: list[Group]) -> Group | None:
    """The one group of this name that no line names by its weeks: it gets these weeks, and is out of `others`."""
    same = [group for group in others if group.name.casefold() == plan.first.group.casefold()]
    if len(same) != 1:
        return None
    [group] = same
    others.remove(group)
    phases = list(group.phases.all())
    if plan.first.weeks and phases:
        phases[0].first_week, phases[0].last_week = plan.first.weeks
        phases[0].save(update_fields=["first_week", "last_week"])
    elif plan.first.weeks and track:
        first_week, last_week = plan.first.weeks
        TrackPhase.objects.create(track=track, group=group, first_week=first_week, last_week=last_week)
    else:
        group.phases.all().delete()
    scene.result.changed.append(f"{group}: it is held {weeks_in_words(*(plan.first.weeks or (None, None)))}.")
    return group


def _make_group(scene: _Scene, program: Program, track: Track | None, plan: GroupPlan) -> None:
    line = plan.first
    facts = {name: getattr(line, name) for name in GROUP_FACTS}
    room = _room(scene, line.room)
    group = Group.objects.create(program=program, name=line.group, room=room, purpose=line.purpose, **facts)
    if line.weeks and track:
        first_week, last_week = line.weeks
        TrackPhase.objects.create(track=track, group=group, first_week=first_week, last_week=last_week)
    slots.make(group, plan.slots(), scene.program_start)
    for role, name in _leaders(plan):
        GroupLeader.objects.create(group=group, user=scene.people[name], role=role, starts_on=scene.program_start)
    scene.result.made.append(f"{program}: group {group}.")


def _update_group(scene: _Scene, group: Group, plan: GroupPlan) -> None:
    facts = {name: getattr(plan.first, name) for name in GROUP_FACTS}
    if not group.attended_by and plan.first.attended_by == plan.first.service.attended_by:
        del facts["attended_by"]
    if plan.first.room:
        facts["room"] = _room(scene, plan.first.room)
    if plan.first.purpose or scene.whole:
        facts["purpose"] = plan.first.purpose
    _update(scene, group, facts)
    changed, kept = slots.change(group, plan.slots(), scene.from_day, whole=scene.whole)
    scene.result.changed += [f"{group}: {sentence}" for sentence in changed]
    scene.result.kept += [f"{group}: {sentence}" for sentence in kept]
    for role, name in _leaders(plan):
        _hand_over(scene, group, role, scene.people[name])


def _hand_over(scene: _Scene, group: Group, role: str, user: User) -> None:
    """Make someone lead from the day of the change; who led before ends the day before."""
    now = [row for row in group.leaders.all() if row.role == role and slots.lasts_until(row, scene.from_day)]
    if any(row.user_id == user.pk for row in now):
        return
    leaders.lead_from(group, role, user, scene.from_day)
    scene.result.changed.append(
        f"{group}: {user} is {LeaderRole(role).label.lower()} from {scene.from_day:%b %-d, %Y}."
    )


def _leaders(plan: GroupPlan) -> list[tuple[str, str]]:
    named = [(LeaderRole.LEAD.value, plan.first.leader), (LeaderRole.CO_LEAD.value, plan.first.co_leader)]
    return [(role, name) for role, name in named if name]


def _room(scene: _Scene, name: str) -> Room | None:
    if not name:
        return None
    if name.casefold() not in scene.rooms:
        scene.rooms[name.casefold()] = Room.objects.create(location=scene.result.location, name=name)
        scene.result.made.append(f"Room {name}.")
    return scene.rooms[name.casefold()]


def _save_doses(scene: _Scene, program: Program, plans: list[GroupPlan]) -> None:
    existing = {(dose.service_id, dose.first_week): dose for dose in program.doses.all()}
    for plan in plans:
        wanted = plan.dose()
        facts = {"times_a_week": wanted.times, "minutes": wanted.minutes, "last_week": wanted.last_week}
        service = plan.first.service
        if dose := existing.pop((service.pk, wanted.first_week), None):
            _update(scene, dose, facts)
        else:
            dose = ProgramDose.objects.create(program=program, service=service, first_week=wanted.first_week, **facts)
            scene.result.made.append(f"{program}: {dose} a week, set per patient.")
    for dose in existing.values():
        if scene.whole:
            scene.result.changed.append(f"{program}: {dose} is taken out.")
            dose.delete()
        else:
            scene.result.kept.append(f"{program}: {dose} is not in the file and stays.")


def _update(scene: _Scene, row: Program | Group | ProgramDose, facts: Mapping[str, object]) -> None:
    """Set the facts that differ and say so."""
    different = [name for name, value in facts.items() if getattr(row, name) != value]
    labels = {column.name: column.verbose_name for column in row._meta.concrete_fields}
    for name in different:
        before, after = getattr(row, name), facts[name]
        scene.result.changed.append(f"{row}: {labels[name]} was {_words(before)} and is {_words(after)}.")
        setattr(row, name, after)
    if different:
        row.save(update_fields=different)


def _words(value: object) -> str:
    return "empty" if value in {None, ""} else str(value)
