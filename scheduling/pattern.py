"""What the weekly slots ask for: for each group, slot and day one planned session. Reads, and writes nothing."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from programs import timetable
from programs.choices import LeaderRole
from programs.models import Closure, Group, GroupSlot, Program

type Key = tuple[int, date]


@dataclass(frozen=True)
class Planned:
    """A slot on one of its days: when by the clock of the place, led by whom, and the closure that takes it out."""

    group: Group
    slot: GroupSlot
    meeting: timetable.Meeting
    leaders: frozenset[tuple[int, str]]
    closure: Closure | None

    @property
    def key(self) -> Key:
        return self.slot.pk, self.meeting.day

    @property
    def room_id(self) -> int | None:
        """The slot's own room, or its group's."""
        return self.slot.room_id or self.group.room_id


def planned(
    groups: Iterable[Group],
    *,
    first: date,
    last: date,
    without: Collection[Closure] = (),
    also: Collection[Closure] = (),
) -> list[Planned]:
    """All planned sessions of the local days `first` to `last`, both included, in the order they start.

    Groups come with program and location, slots and leaders fetched. `without` names closures that are being undone or
    rewritten; `also` those that are not saved yet. Where several close a day, the session is canceled by the oldest.
    """
    saved = Closure.objects.filter(starts_on__lte=last, ends_on__gte=first).order_by("pk")
    closures = [*(closure for closure in saved if closure not in without), *also]
    found = [
        Planned(
            group, slot, meeting, _leaders_on(group, meeting.day), _closure_on(closures, group.program, meeting.day)
        )
        for group in groups
        for slot in group.slots.all()
        for meeting in _meetings(group, slot, first, last)
    ]
    return sorted(found, key=lambda item: (item.meeting.starts_at, item.slot.pk))


def _meetings(group: Group, slot: GroupSlot, first: date, last: date) -> Iterator[timetable.Meeting]:
    program = group.program
    begin = max(first, program.opens_on)
    end = min(last, program.retired_on - timedelta(days=1)) if program.retired_on else last
    return timetable.meetings(slot.as_slot(group, None, None), zone=program.location.zone, first=begin, last=end)


def _leaders_on(group: Group, day: date) -> frozenset[tuple[int, str]]:
    """One part for each person: whoever is set as lead and as co-lead leads."""
    rows = sorted(group.leaders.all(), key=lambda row: row.role == LeaderRole.LEAD)
    return frozenset({row.user_id: row.role for row in rows if row.leads_on(day)}.items())


def _closure_on(closures: Collection[Closure], program: Program, day: date) -> Closure | None:
    return next((c for c in closures if c.starts_on <= day <= c.ends_on and touches(c, program)), None)


def touches(closure: Closure, program: Program) -> bool:
    """Whether the closure is of the program, of its location or of the whole provider; see `ReachingQuerySet`."""
    everywhere = closure.program_id is None and closure.location_id is None
    return everywhere or closure.program_id == program.pk or closure.location_id == program.location_id
