"""Weekly slots as a timetable wants them. A row that has begun is ended and followed by another, never rewritten."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import ProtectedError

from programs import timetable
from programs.breaks import write_breaks
from programs.models import Group, GroupLeader, GroupSlot
from web.refusals import Refusal


def make(group: Group, wanted: Iterable[timetable.Slot], starts_on: date) -> None:
    """Give the group these slots from a day on, or from their own first day."""
    GroupSlot.objects.bulk_create(_row(group, slot, slot.from_ or starts_on, slot.to) for slot in wanted)


def change(
    group: Group, wanted: list[timetable.Slot], from_day: date, *, whole: bool = False
) -> tuple[list[str], list[str]]:
    """Bring the group's slots to what is wanted from a day on: sentences of what changed, and of what stays anyway.

    A slot that meets at the wanted hours is left with its own dates, unless the wish says others. Otherwise one slot
    and one wish of a weekday that remain are the same meeting moved. A slot that nothing wants stays, as the file may
    not know about it; where the wishes are the `whole` week, it ends.
    """
    rows = list(group.slots.all())
    current = [row for row in rows if lasts_until(row, from_day)]
    missing = [slot for slot in wanted if not _take(current, slot, from_day, whole=whole)]
    changed: list[str] = []
    kept: list[str] = []
    for slot in missing:
        if dated := next((row for row in current if _same(row, slot)), None):
            current.remove(dated)
            changed.append(_redate(dated, slot, from_day, whole=whole))
        elif moved := _moved(slot, current, missing):
            current.remove(moved)
            changed.append(f"{moved} becomes {_move(moved, slot, from_day, whole=whole)}.")
        elif not whole and (ended := next((row for row in rows if _same(row, slot) and not slot.from_), None)):
            kept.append(f"{ended} ended on {ended.ends_on:%b %-d, %Y} and stays so.")
        elif slot.to is None or slot.to >= from_day:
            new = _row(group, slot, max(slot.from_ or from_day, from_day), slot.to)
            new.save()
            changed.append(f"{new} is new from {new.starts_on:%b %-d, %Y}.")
    if whole:
        changed += [_end(row, from_day) for row in current]
    else:
        kept += [f"{row} is not in the file and stays." for row in current]
    return changed, kept


def lasts_until(row: GroupSlot | GroupLeader, day: date) -> bool:
    """Whether a dated row is in force on `day` or begins later."""
    return row.ends_on is None or row.ends_on >= day


def has_begun(row: GroupSlot | GroupLeader, day: date) -> bool:
    """Whether a dated row was in force before `day`; one that was is history and is not rewritten."""
    return row.starts_on is None or row.starts_on < day


def end_before(row: GroupSlot | GroupLeader, day: date) -> None:
    row.ends_on = day - timedelta(days=1)
    row.save(update_fields=["ends_on"])


def end_all(group: Group, day: date) -> list[str]:
    """End what the group still has of its week, from a day on."""
    return change(group, [], day, whole=True)[0]


def _end(row: GroupSlot, day: date) -> str:
    """End a slot before `day`. One that has not begun goes; where sessions hang on it, it stays before the opening."""
    if has_begun(row, day):
        end_before(row, day)
        return f"{row} ends; its last day is {row.ends_on:%b %-d, %Y}."
    sentence = f"{row} is taken out before it begins."
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        opening = row.group.program.opens_on
        row.starts_on = row.ends_on = _free_day(row, opening)
        row.save(update_fields=["starts_on", "ends_on"])
    return sentence


def _free_day(row: GroupSlot, opening: date) -> date:
    """A day before the opening on which the slot does not meet, and which no other row of it has."""
    others = set(row.group.slots.filter(weekday=row.weekday, start=row.start).values_list("starts_on", flat=True))
    days = (opening - timedelta(days=number) for number in range(1, 9 * (len(others) + 1)))
    return next(day for day in days if day.weekday() != row.weekday and day not in others)


def _redate(row: GroupSlot, slot: timetable.Slot, day: date, *, whole: bool) -> str:
    """Give a slot of the wanted hours its wanted dates. What has begun keeps its first day."""
    last = slot.to if slot.to or whole else row.ends_on
    if not has_begun(row, day):
        row.starts_on = _first_day(row, slot, day, whole=whole)
    elif slot.from_ and slot.from_ > day:
        follower = _row(row.group, slot, slot.from_, last, room=row.room_id)
        end_before(row, day)
        row = follower
    elif last and last < day:
        last = day - timedelta(days=1)
    if last and row.starts_on and last < row.starts_on:
        raise Refusal(
            f"{row.group}: {row} begins on {row.starts_on:%b %-d, %Y}, after its last day. Change one of the dates.",
            code="slot_dates",
        )
    row.ends_on = last
    row.save()
    return f"{row} now runs {_dates(row)}."


def _dates(row: GroupSlot) -> str:
    first = f"from {row.starts_on:%b %-d, %Y} " if row.starts_on else ""
    return f"{first}until {row.ends_on:%b %-d, %Y}" if row.ends_on else f"{first}with no last day"


def _move(row: GroupSlot, slot: timetable.Slot, day: date, *, whole: bool) -> str:
    """Give the meeting its new hours: in its row where that has not begun, or else in a follower. Says the hours."""
    last = slot.to if slot.to or whole else row.ends_on
    follower = _row(row.group, slot, max(slot.from_ or day, day), last, room=row.room_id)
    if has_begun(row, day):
        end_before(row, day)
        follower.save()
        return f"{follower} from {follower.starts_on:%b %-d, %Y}"
    row.start, row.end, row.breaks, row.ends_on = follower.start, follower.end, follower.breaks, last
    row.starts_on = _first_day(row, slot, day, whole=whole)
    row.save()
    return str(row)


def _first_day(row: GroupSlot, slot: timetable.Slot, day: date, *, whole: bool) -> date:
    """When a slot that has not begun begins: as the wish says, or else as it did; in a whole week, on `day`."""
    return max(slot.from_ or (day if whole else row.starts_on or day), day)


def _take(current: list[GroupSlot], slot: timetable.Slot, day: date, *, whole: bool) -> bool:
    """Take the rows that meet at these hours, on the dates that the wish names, out of `current`."""
    found = [row for row in current if _same(row, slot) and _same_dates(row, slot, day, whole=whole)]
    for row in found:
        current.remove(row)
    return bool(found)


def _same_dates(row: GroupSlot, slot: timetable.Slot, day: date, *, whole: bool) -> bool:
    """Whether both begin and end alike, seen from `day` on. Where the wish says nothing, what is so is meant."""
    any_end = slot.to is None and not whole
    any_start = slot.from_ is None and not whole
    same_start = max(slot.from_ or day, day) == max(row.starts_on or day, day)
    return (any_end or slot.to == row.ends_on) and (any_start or same_start)


def _moved(slot: timetable.Slot, current: list[GroupSlot], missing: list[timetable.Slot]) -> GroupSlot | None:
    """The row that this wish replaces: the one of the same start, or the only one left of its weekday."""
    rows = [row for row in current if row.weekday == slot.weekday]
    wishes = [wish for wish in missing if wish.weekday == slot.weekday]
    same_start = [row for row in rows if row.start == slot.start]
    if same_start:
        return same_start[0]
    return rows[0] if len(rows) == len(wishes) == 1 else None


def _same(row: GroupSlot, slot: timetable.Slot) -> bool:
    return (row.weekday, row.start, row.end, tuple(row.break_times)) == (
        slot.weekday,
        slot.start,
        slot.end,
        slot.breaks,
    )


def _row(
    group: Group, slot: timetable.Slot, starts_on: date, ends_on: date | None, *, room: int | None = None
) -> GroupSlot:
    return GroupSlot(
        group=group,
        room_id=room,
        weekday=slot.weekday,
        start=slot.start,
        end=slot.end,
        breaks=write_breaks(slot.breaks),
        starts_on=starts_on,
        ends_on=ends_on,
    )
