"""A program made after another: each of its groups, tracks and doses once more, and what else is taken over."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, time
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Model

from audit.actions import record
from programs import policy, previews
from programs.choices import CopyPart
from programs.models import (
    Curriculum,
    Group,
    GroupSlot,
    Location,
    PolicyValue,
    Program,
    ProgramDose,
    Room,
    ServiceType,
    Topic,
    Track,
    TrackPhase,
)
from programs.previews import Hours
from programs.rules import directs, may_reach
from staff.models import User
from web.refusals import Refusal, require

FACTS = ("focus", "population", "level_of_care", "is_part2")
# What a copy consists of: rows of a model, how they lead to the program, and what is in them beside keys of their own.
PARTS: list[tuple[type[Model], str, list[str]]] = [
    (Program, "pk", ["name", "code", "location", "opens_on", *FACTS]),
    (Group, "program", [
        "name", "service", "room", "capacity", "min_size", "attended_by", "purpose", "public_label", "curriculum__name",
    ]),
    (GroupSlot, "group__program", ["group__name", "weekday", "start", "end", "breaks", "room", "starts_on", "ends_on"]),
    (Track, "program", ["name"]),
    (TrackPhase, "track__program", ["track__name", "group__name", "first_week", "last_week"]),
    (ProgramDose, "program", ["service", "times_a_week", "minutes", "first_week", "last_week"]),
    (PolicyValue, "program", ["key", "value", "starts_on", "citation", "is_confirmed"]),
    (Topic, "curriculum__program", ["curriculum__name", "position", "title", "aims"]),
]  # fmt: skip


@dataclass
class Duplicate:
    """The new program, what was made of it in sentences, and its week on the opening day.

    `seal` is a fingerprint of all that: another one where a copy of the same would now be another.
    """

    program: Program
    made: list[str] = field(default_factory=list)
    hours: Hours | None = None
    seal: str = ""


def duplicate_program(
    *, source: Program, name: str, code: str, location: Location, opens_on: date, take: Collection[str], day: date,
    by: User,
) -> Duplicate:  # fmt: skip
    """Make a program with what is taken of another. Leaders and members are never taken, rooms at its location only."""
    with transaction.atomic():
        require(directs(by, source, day), may_reach(by, program=None, location=location, day=day))
        Location.objects.select_for_update(of=("self",), no_key=True).get(pk=location.pk)
        if location.programs.filter(code__iexact=code).exists():
            raise Refusal(
                f"{location} already has a program of the code {code}. Choose another.", code="code_taken", field="code"
            )
        facts = {fact: getattr(source, fact) for fact in FACTS}
        program = Program.objects.create(location=location, name=name, code=code, opens_on=opens_on, **facts)
        result = Duplicate(program, [f"Program {program}.", *_copy_parts(source, program, take, day)])
        saved = Program.objects.with_timetable().get(pk=program.pk)
        result.hours = previews.hours_of(saved, book=policy.book(saved, opens_on), day=opens_on)
        result.seal = _seal(result)
        content = {"from": source.pk, "take": sorted(take), "made": len(result.made)}
        record(action="programs.program_duplicated", by=by, about=program, content=content)
    return result


def rehearse_duplicate(
    *, source: Program, name: str, code: str, location: Location, opens_on: date, take: Collection[str], day: date,
    by: User,
) -> Duplicate:  # fmt: skip
    """Duplicate and take it back: what is said is what would be. Raises what duplicating raises."""
    with transaction.atomic():
        result = duplicate_program(
            source=source, name=name, code=code, location=location, opens_on=opens_on, take=take, day=day, by=by
        )
        transaction.set_rollback(True)
    return result


def _copy_parts(source: Program, program: Program, take: Collection[str], day: date) -> Iterator[str]:
    """Copy what is taken; sentences of what was made."""
    since = max(day, source.opens_on, program.opens_on)
    curricula = _copy_curricula(source, program) if CopyPart.CURRICULA in take else {}
    groups = _copy_groups(source, program, curricula, since) if CopyPart.WEEK in take else {}
    yield from (f"Group {group}." for group in groups.values())
    if groups and CopyPart.TRACKS in take:
        yield from (f"Track {track}." for track in _copy_tracks(source, program, groups))
    if CopyPart.DOSES in take:
        yield from (f"{dose} a week, set per patient." for dose in _copy_doses(source, program, since))
    yield from (f"Curriculum {one}, with its topics." for one in curricula.values())
    if CopyPart.POLICY in take:
        yield from (f"Policy value {value}." for value in _copy_policy(source, program))


def _copy_groups(source: Program, program: Program, curricula: dict[int, Curriculum], since: date) -> dict[int, Group]:
    """Each group in use, also one of two that bear one name, by the old one's key. One that no longer meets is left."""
    copies: dict[int, Group] = {}
    kept: dict[int, list[GroupSlot]] = {}
    rows = source.groups.select_related("service", "room", "curriculum").prefetch_related("slots__room")
    for group in rows.active_on(since):
        slots = [slot for slot in group.slots.all() if slot.ends_on is None or slot.ends_on >= since]
        if group.slots.all() and not slots:
            continue
        require(_in_use(group.service, group.name, since))
        is_general = group.curriculum is not None and group.curriculum.program_id is None
        curriculum = group.curriculum if is_general else curricula.get(group.curriculum_id or 0)
        copies[group.pk] = _like(
            group, program_id=program.pk, room_id=_room_there(group.room, program), retired_on=None,
            curriculum_id=curriculum.pk if curriculum else None,
        )  # fmt: skip
        kept[group.pk] = slots
    Group.objects.bulk_create(copies.values())
    GroupSlot.objects.bulk_create(
        slot for key, copy in copies.items() for slot in _copy_slots(kept[key], copy, program, since)
    )
    return copies


def _copy_slots(slots: Collection[GroupSlot], group: Group, program: Program, since: date) -> list[GroupSlot]:
    """The weekly times from the opening on; those that begin later begin on their own day."""
    copies: dict[tuple[int, time, date | None], GroupSlot] = {}
    for slot in slots:
        starts_on = slot.starts_on if slot.starts_on and slot.starts_on > since else program.opens_on
        copy = _like(slot, group_id=group.pk, starts_on=starts_on, room_id=_room_there(slot.room, program))
        copies.setdefault((copy.weekday, copy.start, copy.starts_on), copy)
    return list(copies.values())


def _copy_tracks(source: Program, program: Program, groups: dict[int, Group]) -> list[Track]:
    """Each track with its groups in their weeks; one that is called like its program is called like the new one."""
    tracks = list(source.tracks.prefetch_related("phases"))
    taken = {track.name for track in tracks}
    named = {source.name: program.name} if program.name not in taken else {}
    copies = Track.objects.bulk_create(
        Track(program=program, name=named.get(track.name, track.name)) for track in tracks
    )
    TrackPhase.objects.bulk_create(
        _like(phase, track_id=copy.pk, group_id=groups[phase.group_id].pk)
        for track, copy in zip(tracks, copies, strict=True)
        for phase in track.phases.all()
        if phase.group_id in groups
    )
    return copies


def _copy_doses(source: Program, program: Program, since: date) -> list[ProgramDose]:
    doses = list(source.doses.select_related("service"))
    for dose in doses:
        require(_in_use(dose.service, str(dose.service), since))
    copies = ProgramDose.objects.bulk_create(_like(dose, program_id=program.pk) for dose in doses)
    for copy, dose in zip(copies, doses, strict=True):
        copy.service = dose.service
    return copies


def _like[Row: Model](row: Row, **others: Any) -> Row:
    """A row to be saved, like this one in all columns but the others."""
    columns = {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}
    del columns[row._meta.pk.attname]
    return type(row)(**(columns | others))


def _room_there(room: Room | None, program: Program) -> int | None:
    """The room, where the new program is at its location and it is in use on the opening day."""
    if room is None or room.location_id != program.location_id or not room.is_active_on(program.opens_on):
        return None
    return room.pk


def _in_use(service: ServiceType, name: str, day: date) -> Refusal | None:
    if service.is_active_on(day):
        return None
    return Refusal(
        f"The week cannot be copied as it is: {service} is retired. Give {name} another service first.",
        code="week_not_copied",
    )


def _seal(result: Duplicate) -> str:
    rows = [
        sorted(map(repr, model._default_manager.filter(**{path: result.program.pk}).values_list(*names)))
        for model, path, names in PARTS
    ]
    shown = (result.made, result.hours.sentences if result.hours else ())
    return sha256(repr((rows, shown)).encode()).hexdigest()


def _copy_curricula(source: Program, program: Program) -> dict[int, Curriculum]:
    """The source's own curricula in use on the opening day, by the old one's key."""
    copies = {}
    for curriculum in source.curricula.active_on(program.opens_on).prefetch_related("topics"):
        copy = Curriculum.objects.create(program=program, name=curriculum.name)
        copies[curriculum.pk] = copy
        topics = [topic for topic in curriculum.topics.all() if topic.is_active_on(program.opens_on)]
        Topic.objects.bulk_create(
            Topic(curriculum=copy, position=one.position, title=one.title, aims=one.aims) for one in topics
        )
    return copies


def _copy_policy(source: Program, program: Program) -> list[PolicyValue]:
    """The source's own values in force on the opening day, from that day, and those that follow."""
    rows: dict[tuple[str, date], PolicyValue] = {}
    for value in source.policy_values.order_by("starts_on"):
        starts_on = max(value.starts_on, program.opens_on)
        rows[value.key, starts_on] = PolicyValue(
            program=program, key=value.key, value=value.value, starts_on=starts_on, citation=value.citation,
            is_confirmed=value.is_confirmed,
        )  # fmt: skip
    return PolicyValue.objects.bulk_create(rows.values())
