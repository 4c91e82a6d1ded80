"""Who leads a group from a day on. A row that has begun is ended and followed; one that has not is replaced."""

from datetime import date

from programs.choices import LeaderRole
from programs.gaps import gaps
from programs.models import Group, GroupLeader
from staff.models import User

from . import slots


def lead_from(group: Group, role: str, user: User | None, day: date) -> None:
    """Make `user` alone have the part from `day` on, or nobody. Who had it before ends on the day before."""
    for row in group.leaders.filter(role=role):
        if slots.lasts_until(row, day):
            _end(row, day)
    if user:
        GroupLeader.objects.create(group=group, user=user, role=role, starts_on=day)


def pass_on(group: Group, leaver: User, to: User, day: date) -> list[GroupLeader]:
    """Give every part that `leaver` has from `day` on to `to`, each until it was to end anyway; what `to` has then.

    Nobody has two parts at once: a co-lead who takes over the lead gives up the co-lead, and who leads already goes on.
    """
    rows = [row for row in group.leaders.filter(user=leaver) if slots.lasts_until(row, day)]
    return [part for row in rows for part in _pass_on(row, to, max(row.starts_on, day))]


def _pass_on(row: GroupLeader, to: User, day: date) -> list[GroupLeader]:
    until = row.ends_on
    held = row.group.leaders.filter(user=to).order_by("starts_on")
    own = [one for one in held if slots.lasts_until(one, day) and (until is None or one.starts_on <= until)]
    kept = [one for one in own if row.role == LeaderRole.CO_LEAD or one.role == LeaderRole.LEAD]
    _end(row, day)
    for one in own:
        if one not in kept:
            _end(one, day)
    made = [
        GroupLeader.objects.create(group=row.group, user=to, role=row.role, starts_on=first, ends_on=last)
        for first, last in gaps(kept, day, until)
    ]
    return [*kept, *made]


def _end(row: GroupLeader, day: date) -> None:
    """End a part before `day`; one that has not begun is taken out."""
    if slots.has_begun(row, day):
        slots.end_before(row, day)
    else:
        row.delete()
