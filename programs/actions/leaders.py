"""Who leads a group from a day on. A row that has begun is ended and followed; one that has not is replaced."""

from datetime import date

from programs.models import Group, GroupLeader
from staff.models import User

from . import slots


def lead_from(group: Group, role: str, user: User | None, day: date) -> None:
    """Make `user` alone have the part from `day` on, or nobody. Who had it before ends on the day before."""
    for row in group.leaders.filter(role=role):
        if not slots.lasts_until(row, day):
            continue
        if slots.has_begun(row, day):
            slots.end_before(row, day)
        else:
            row.delete()
    if user:
        GroupLeader.objects.create(group=group, user=user, role=role, starts_on=day)
