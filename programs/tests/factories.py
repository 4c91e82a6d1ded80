"""Plain makers of this room's rows, with sensible defaults; a service is one of the shipped."""

from collections.abc import Iterable
from datetime import date, time
from itertools import count
from typing import Any

from programs.models import (
    Closure,
    Curriculum,
    Group,
    GroupLeader,
    GroupSlot,
    Location,
    PolicyValue,
    Posting,
    Program,
    ProgramDose,
    Room,
    ServiceType,
    Topic,
    Track,
    TrackPhase,
)
from programs.seeds import seed_service_types

OPENED = date(2026, 1, 5)  # a Monday
_numbers = count(1)


def make_location(name: str | None = None, *, zone_name: str = "America/New_York", **kw: Any) -> Location:
    return Location.objects.create(name=name or f"Location {next(_numbers)}", zone_name=zone_name, **kw)


def make_room(location: Location | None = None, name: str | None = None, **kw: Any) -> Room:
    return Room.objects.create(location=location or make_location(), name=name or f"Room {next(_numbers)}", **kw)


def make_program(name: str | None = None, *, location: Location | None = None, **kw: Any) -> Program:
    number = next(_numbers)
    defaults = {
        "code": f"program-{number}",
        "focus": "substance use",
        "population": "adult",
        "level_of_care": "2.1",
        "opens_on": OPENED,
    }
    return Program.objects.create(
        name=name or f"Program {number}", location=location or make_location(), **(defaults | kw)
    )


def make_posting(user: Any, program: Program | None = None, *, location: Location | None = None, **kw: Any) -> Posting:
    """In the program, in all of the location, or provider-wide when neither is given."""
    defaults = {"starts_on": OPENED}
    return Posting.objects.create(user=user, program=program, location=location, **(defaults | kw))


def make_policy_value(key: str, value: str, program: Program | None = None, **kw: Any) -> PolicyValue:
    defaults = {"starts_on": OPENED, "citation": "Provider manual 4.2"}
    return PolicyValue.objects.create(program=program, key=key, value=value, **(defaults | kw))


def make_service(code: str = "group-therapy", **kw: Any) -> ServiceType:
    """The shipped service of this code; with fields, one of its own."""
    if kw:
        number = next(_numbers)
        defaults = {"name": f"Service {number}", "code": f"{code}-{number}", "lead_row": "group therapy"}
        return ServiceType.objects.create(**(defaults | kw))
    seed_service_types()
    return ServiceType.objects.get(code=code)


def make_group(
    program: Program | None = None, name: str | None = None, *, service: ServiceType | str = "group-therapy", **kw: Any
) -> Group:
    return Group.objects.create(
        program=program or make_program(),
        name=name or f"Group {next(_numbers)}",
        service=make_service(service) if isinstance(service, str) else service,
        **kw,
    )


def make_slot(
    group: Group | None = None, weekday: int = 0, start: str = "18:00", end: str = "19:30", **kw: Any
) -> GroupSlot:
    """Mondays 18:00 to 19:30 unless said; times are written `HH:MM`."""
    defaults = {"starts_on": OPENED}
    return GroupSlot.objects.create(
        group=group or make_group(),
        weekday=weekday,
        start=time.fromisoformat(start),
        end=time.fromisoformat(end),
        **(defaults | kw),
    )


def make_leader(group: Group, user: Any, **kw: Any) -> GroupLeader:
    defaults = {"starts_on": OPENED}
    return GroupLeader.objects.create(group=group, user=user, **(defaults | kw))


def make_phase(group: Group, first_week: int = 1, last_week: int | None = None) -> TrackPhase:
    """Weeks of the group in its program's track, which is made if missing."""
    track, _ = Track.objects.get_or_create(program=group.program, name=group.program.name)
    return TrackPhase.objects.create(track=track, group=group, first_week=first_week, last_week=last_week)


def make_dose(program: Program, *, service: str = "individual-therapy", **kw: Any) -> ProgramDose:
    defaults = {"times_a_week": 1, "minutes": 50}
    return ProgramDose.objects.create(program=program, service=make_service(service), **(defaults | kw))


def make_closure(starts_on: date, ends_on: date | None = None, **kw: Any) -> Closure:
    """Provider-wide and one day unless said."""
    defaults = {"reason": "Holiday"}
    return Closure.objects.create(starts_on=starts_on, ends_on=ends_on or starts_on, **(defaults | kw))


def make_curriculum(program: Program | None = None, *, topics: Iterable[str] = (), **kw: Any) -> Curriculum:
    """Of the program, or of the whole provider; its topics by title, in their order."""
    curriculum = Curriculum.objects.create(program=program, **({"name": f"Curriculum {next(_numbers)}"} | kw))
    Topic.objects.bulk_create(
        Topic(curriculum=curriculum, position=number, title=title) for number, title in enumerate(topics, start=1)
    )
    return curriculum
