"""Weekly slots as a timetable wants them. A row that has begun is ended and followed by another, never rewritten."""

from collections.abc import Iterable
from datetime import date, timedelta

from programs import timetable
from programs.models import Group, GroupLeader, GroupSlot


def make(group: Group, wanted: Iterable[timetable.Slot], starts_on: date) -> None:
    """Give the group these slots from a day on."""
    GroupSlot.objects.bulk_create(_row(group, slot, starts_on, None) for slot in wanted)


def change(group: Group, wanted: list[timetable.Slot], from_day: date) -> tuple[list[str], list[str]]:
    """Bring the group's slots to what is wanted from a day on: sentences of what changed, and of what stays anyway.

    A slot that meets at the wanted hours is left with its own dates. Otherwise one slot and one wish of a weekday that
    remain are the same meeting moved. A slot that nothing wants stays: the file may not know about it.
    """
    rows = list(group.slots.all())
    current = [row for row in rows if lasts_until(row, from_day)]
    missing = [slot for slot in wanted if not _take(current, slot)]
    changed: list[str] = []
    kept: list[str] = []
    for slot in missing:
        if moved := _moved(slot, current, missing):
            current.remove(moved)
            changed.append(f"{moved} becomes {_move(moved, slot, from_day)}.")
        elif ended := next((row for row in rows if _same(row, slot)), None):
            kept.append(f"{ended} ended on {ended.ends_on:%b %-d, %Y} and stays so.")
        else:
            new = _row(group, slot, from_day, None)
            new.save()
            changed.append(f"{new} is new from {from_day:%b %-d, %Y}.")
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


def _move(row: GroupSlot, slot: timetable.Slot, day: date) -> str:
    """Give the meeting its new hours: in its row where that has not begun, or else in a follower. Says the hours."""
    follower = _row(row.group, slot, day, row.ends_on)
    if has_begun(row, day):
        end_before(row, day)
        follower.save()
        return f"{follower} from {day:%b %-d, %Y}"
    row.start, row.end, row.breaks = follower.start, follower.end, follower.breaks
    row.save(update_fields=["start", "end", "breaks"])
    return str(row)


def _take(current: list[GroupSlot], slot: timetable.Slot) -> bool:
    """Take the row that meets at these hours out of `current`, if there is one."""
    found = [row for row in current if _same(row, slot)]
    for row in found:
        current.remove(row)
    return bool(found)


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


def _row(group: Group, slot: timetable.Slot, starts_on: date, ends_on: date | None) -> GroupSlot:
    return GroupSlot(
        group=group,
        weekday=slot.weekday,
        start=slot.start,
        end=slot.end,
        breaks=timetable.write_breaks(slot.breaks),
        starts_on=starts_on,
        ends_on=ends_on,
    )
