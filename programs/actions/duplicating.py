"""A program made after another: its week imported under a new name, and what else is taken over."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from audit.actions import record
from programs import exporting, policy, previews
from programs.choices import CopyPart
from programs.importing import Numbered, TimetableError
from programs.models import Curriculum, Group, Location, PolicyValue, Program, Topic
from programs.previews import Hours
from programs.rules import directs, may_reach
from staff.models import User
from web.refusals import Refusal, require

from .timetables import import_timetable

FACTS = ("focus", "population", "level_of_care", "is_part2")


@dataclass
class Duplicate:
    """The new program, what was made of it in sentences, and its week on the opening day."""

    program: Program
    made: list[str] = field(default_factory=list)
    hours: Hours | None = None


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
        result = Duplicate(program, [f"Program {program}."])
        result.made += _copy_week(source, program, take, day, by)
        curricula = _copy_curricula(source, program) if CopyPart.CURRICULA in take else {}
        _copy_labels(source, program, curricula)
        result.made += [f"Curriculum {one}, with its topics." for one in curricula.values()]
        if CopyPart.POLICY in take:
            result.made += [f"Policy value {value}." for value in _copy_policy(source, program)]
        saved = Program.objects.with_timetable().get(pk=program.pk)
        result.hours = previews.hours_of(saved, book=policy.book(saved, opens_on), day=opens_on)
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


def _copy_week(source: Program, program: Program, take: Collection[str], day: date, by: User) -> list[str]:
    """Import the source's lines under the new program's name; sentences of what was made."""
    fetched = Program.objects.with_lines().get(pk=source.pk)
    header, lines = exporting.lines_of(fetched, day=max(day, source.opens_on))
    rows = list(_for_copy(lines, fetched, program, take))
    if not rows:
        return []
    try:
        result = import_timetable(
            header=header, rows=rows, program_start=program.opens_on, location=program.location.name, day=day, by=by
        )
    except TimetableError as error:
        bad = error.lines[0]
        group = dict(rows)[bad.line]["group"]
        hint = "" if CopyPart.TRACKS in take else " Or take the tracks over too."
        raise Refusal(
            f"The week cannot be copied as it is. {group}, {bad.column}: {bad.reason}{hint}", code="week_not_copied"
        ) from error
    sentences = (sentence.removeprefix(f"{program}: ") for sentence in result.made)
    return [sentence[0].upper() + sentence[1:] for sentence in sentences]


def _for_copy(lines: list[Numbered], source: Program, program: Program, take: Collection[str]) -> Iterator[Numbered]:
    """The lines that are taken, with the new program's name and without what stays behind."""
    doses = {dose.service.name for dose in source.doses.all()}
    same_place = source.location_id == program.location_id
    opening = program.opens_on.isoformat()
    for number, row in lines:
        part = CopyPart.DOSES if row["service"] in doses and row["capacity"] == "1" else CopyPart.WEEK
        if part not in take or (row["until"] and row["until"] < opening):
            continue
        change = {"timetable": program.code, "program": program.name, "leader": "", "co_leader": ""}
        change |= {} if same_place else {"room": ""}
        change |= {} if CopyPart.TRACKS in take else {"week_from": "", "week_to": ""}
        change |= {"from": ""} if row["from"] <= opening else {}
        yield number, {**row, **change}


def _copy_labels(source: Program, program: Program, curricula: dict[int, Curriculum]) -> None:
    """What no line says of a group: its public label, and what it teaches."""
    by_name: dict[str, list[Group]] = {}
    for group in source.groups.select_related("curriculum"):
        by_name.setdefault(group.name.casefold(), []).append(group)
    changed = []
    for group in program.groups.all():
        like = by_name[group.name.casefold()][0]
        group.public_label = like.public_label
        own = like.curriculum if like.curriculum and like.curriculum.program_id is None else None
        group.curriculum = own or curricula.get(like.curriculum_id or 0)
        changed.append(group)
    Group.objects.bulk_update(changed, ["public_label", "curriculum"])


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
