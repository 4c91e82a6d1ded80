"""A program's opening moved: what began with it begins with it again."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from programs.models import GroupLeader, GroupSlot, Program

from .slots import lasts_until


def follow_opening(program: Program, *, was: date) -> tuple[int, int]:
    """Let weekly times and leaders from the old opening day on begin on the new one; how many of each did.

    One that ends before the new day stays as it is, and one whose group has the same from the new day on already.
    """
    slots = GroupSlot.objects.filter(group__program=program)
    leaders = GroupLeader.objects.filter(group__program=program)
    return (
        _follow(slots, was, program.opens_on, lambda slot: (slot.group_id, slot.weekday, slot.start)),
        _follow(leaders, was, program.opens_on, lambda row: (row.group_id, row.user_id, row.role)),
    )


def _follow(rows: QuerySet[Any], was: date, day: date, same: Callable[[Any], object]) -> int:
    there = {same(row) for row in rows.filter(starts_on=day)}
    moved = [row for row in rows.filter(starts_on=was) if lasts_until(row, day) and same(row) not in there]
    for row in moved:
        row.starts_on = day
    return rows.bulk_update(moved, ["starts_on"])
