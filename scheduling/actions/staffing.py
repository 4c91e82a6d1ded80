"""Leaders and rooms of a program's groups, all at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zlib import crc32

from django.urls import reverse
from django.utils import timezone

from audit.actions import record
from audit.models import Event
from programs.actions import lead_from
from programs.models import Group, GroupSlot, Program
from programs.rules import directs
from scheduling import rules
from scheduling.staffing import ROLES, ROOM, ROOMS, Choice, Staffing, time_in_words
from staff.models import User
from web.refusals import Side, Stale, require

from .calendar import the_calendar
from .publishing import republish
from .sync import Report

ACTION = "program.staffed"
GONE = "no longer here"


@dataclass(frozen=True)
class SeenChoices:
    """What a page was showing: the sum of all of it, and each row's by group."""

    version: int | None
    rows: Mapping[int, Choice]


def set_staffing(
    *, program: Program, day: date, wanted: Mapping[int, Choice], seen: SeenChoices, by: User, at: datetime
) -> Report | None:
    """Give groups, by id, their lead, co-lead and room from `day` on; None when nothing changed.

    Only what differs from what was `seen` is changed, so two people may save different groups. Raises Stale where
    somebody else changed one of these meanwhile, and Refusal for a part that the matrix forbids outright (R-30). Who
    led ends the day before; a room is the group's for every session to come. Clashes are published without blocking.
    """
    with the_calendar():
        program = (
            Program.objects.select_for_update(of=("self",), no_key=True).select_related("location").get(pk=program.pk)
        )
        today = timezone.localdate(at, program.location.zone)
        require(directs(by, program, today), rules.changes_from(day, program, today))
        staffing = Staffing(program, day=day, today=today)
        changes = _changes(staffing, wanted, seen)
        _refuse_stale(staffing, changes, seen)
        for group, choice in changes.items():
            require(*staffing.refusals(group, choice, choice.differs(staffing.now[group.pk])))
        if not changes:
            return None
        for group, choice in changes.items():
            _apply(staffing, group, choice)
            require(rules.nobody_twice(group.leaders.select_related("user"), day))
        report = republish(changes, by=by, at=at, today=today)
        record(action=ACTION, by=by, about=program, content=_content(staffing, changes), at=at)
    return report


def version_of(staffing: Staffing) -> int:
    """A number that changes with anything the page shows as chosen."""
    return crc32(repr(sorted(staffing.now.items(), key=lambda item: item[0])).encode()) >> 1


def _changes(staffing: Staffing, wanted: Mapping[int, Choice], seen: SeenChoices) -> dict[Group, Choice]:
    """What to bring about, by group: rows that were touched, and are not so already."""
    return {
        group: wanted[group.pk]
        for group in staffing.groups
        if group.pk in wanted
        and wanted[group.pk] != seen.rows.get(group.pk)
        and wanted[group.pk] != staffing.now[group.pk]
    }


def _refuse_stale(staffing: Staffing, changes: Mapping[Group, Choice], seen: SeenChoices) -> None:
    """Raise Stale for rows that stand otherwise than was seen. Others' work on other groups is no conflict."""
    version = version_of(staffing)
    if seen.version == version:
        return
    sides = [
        Side(group.name, in_words(staffing, choice), in_words(staffing, staffing.now[group.pk]))
        for group, choice in changes.items()
        if seen.rows.get(group.pk) != staffing.now[group.pk]
    ]
    if sides:
        last = Event.objects.filter(action=ACTION, object_id=staffing.program.pk).order_by("-sequence").first()
        url = f"{reverse('program_staffing', args=[staffing.program.pk])}?day={staffing.day.isoformat()}"
        raise Stale(sides, by=last.actor_name if last else "", at=last.at if last else None, url=url, version=version)


def _apply(staffing: Staffing, group: Group, choice: Choice) -> None:
    different = choice.differs(staffing.now[group.pk])
    if {ROOM, ROOMS} & set(different):
        _give_rooms(group, dict(choice.rooms))
    for seat in different:
        if seat == ROOM:
            group.room = staffing.rooms[choice.room] if choice.room else None
            group.save(update_fields=["room"])
        elif seat in ROLES:
            user = getattr(choice, seat)
            lead_from(group, ROLES[seat], staffing.people[user] if user else None, staffing.day)


def _give_rooms(group: Group, rooms: Mapping[int, int]) -> None:
    """Give weekly times a room of their own; those without an entry have the group's."""
    slots = list(group.slots.all())
    for slot in slots:
        slot.room_id = rooms.get(slot.pk)
    GroupSlot.objects.bulk_update(slots, ["room"])


def in_words(staffing: Staffing, choice: Choice) -> str:
    """“Lead Rae Whitfield, co-lead nobody, Room 2, Wed 6:00–7:30 PM in Room 3”."""
    people, rooms = staffing.people, staffing.rooms
    lead, co_lead = (people.get(user, GONE) if user else "nobody" for user in (choice.lead, choice.co_lead))
    times = {slot.pk: slot for group in staffing.groups for slot in group.slots.all()}
    others = [
        f"{time_in_words(times[slot])} in {rooms.get(room, GONE)}" for slot, room in choice.rooms if slot in times
    ]
    room = str(rooms.get(choice.room, GONE)) if choice.room else "no room"
    return ", ".join([f"Lead {lead}", f"co-lead {co_lead}", room, *others])


def _content(staffing: Staffing, changes: Mapping[Group, Choice]) -> dict[str, object]:
    """Old and new, by group, as ids: [lead, co-lead, room], and [time, room] for each with another room."""
    return {
        "from": str(staffing.day),
        "groups": {
            str(group.pk): {"old": _ids(staffing.now[group.pk]), "new": _ids(choice)}
            for group, choice in changes.items()
        },
    }


def _ids(choice: Choice) -> list[object]:
    return [choice.lead, choice.co_lead, choice.room, *map(list, choice.rooms)]
