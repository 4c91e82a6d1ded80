"""Which group a line of a timetable means: groups are known by name and weeks."""

from collections.abc import Container
from dataclasses import replace
from datetime import date

from programs.importing import GroupPlan
from programs.models import Group
from programs.timetable import weeks_in_words
from web.refusals import Refusal

GROUP_FACTS = ("service", "attended_by", "min_size", "capacity")
type Key = tuple[str, tuple[int, int | None] | None]


def by_key(groups: list[Group], named: Container[Key], day: date) -> dict[Key, Group]:
    """The groups as a timetable names them, one in use before a retired one; two in use cannot be told apart."""
    found: dict[Key, Group] = {}
    for group in groups:
        for key in keys(group):
            other = found.get(key)
            if other and other != group and key in named and group.is_active_on(day) and other.is_active_on(day):
                raise Refusal(
                    f"{group.program} has two groups named {group} in the same weeks, and a line cannot tell which one "
                    "it means. Give one of them another name first.",
                    code="group_unclear",
                )
            if other is None or group.is_active_on(day):
                found[key] = group
    return found


def is_one_group(group: Group, first: GroupPlan, second: GroupPlan) -> Refusal | None:
    """A group that is held in two stretches of weeks has one set of hours and facts."""
    same_facts = all(getattr(first.first, name) == getattr(second.first, name) for name in GROUP_FACTS)
    hours = [{replace(slot, first_week=None, last_week=None) for slot in plan.slots()} for plan in (first, second)]
    if same_facts and hours[0] == hours[1]:
        return None
    stretches = " and ".join(weeks_in_words(*(plan.first.weeks or (None, None))) for plan in (first, second))
    return Refusal(
        f"{group} is one group in {stretches}, so its lines of both must agree. Change both, or give one another name.",
        code="group_unclear",
    )


def keys(group: Group) -> list[Key]:
    """How a timetable would name the group: by name and weeks."""
    weeks: list[tuple[int, int | None] | None] = [(phase.first_week, phase.last_week) for phase in group.phases.all()]
    return [(group.name.casefold(), week) for week in weeks or [None]]
