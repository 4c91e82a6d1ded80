"""A first treatment plan in draft for everyone in treatment, in words that no real person has said."""

import datetime as dt

from plans.choices import PlanKind
from plans.models import Goal, Intervention, Objective, Problem, TreatmentPlan
from programs.models import Group, Program, ServiceType
from staff.choices import Role
from staff.models import User

from .people import Treated
from .places import Site

WORDS = [
    (
        "Drinks on most evenings after work.",
        "I want to get through a weekend without using.",
        "Days without use",
        "5",
        "14",
    ),
    (
        "Stays away from people since the spring.",
        "I want my sister to trust me with the kids again.",
        "Visits a month",
        "0",
        "4",
    ),
    (
        "Sleeps four hours a night.",
        "I want to sleep through the night without pills.",
        "Nights over 6 hours a week",
        "1",
        "6",
    ),
    ("Panics in crowded rooms.", "I want to ride the bus to school on my own.", "Rides a week", "0", "5"),
]


def draft_plans(
    site: Site, program: Program, treated: list[Treated], people: dict[str, User], *, at: dt.datetime
) -> None:
    """One problem, one goal, one objective, and the groups and the individual session as the prescribed dose."""
    here = [stay for stay in treated if not stay.ends and site.clinicians]
    plans, problems, goals, objectives = [], [], [], []
    for n, stay in enumerate(here):
        problem, goal, measure, baseline, target = WORDS[n % len(WORDS)]
        author = people[site.clinicians[n % len(site.clinicians)]]
        given = {"kind": PlanKind.INITIAL, "number": 1, "effective_on": stay.begins, "saved_at": at}
        plans.append(TreatmentPlan(episode=stay.episode, author=author, saved_by=author, **given))
        problems.append(Problem(plan=plans[-1], text=problem))
        goals.append(Goal(problem=problems[-1], words=goal))
        until = stay.begins + dt.timedelta(weeks=12)
        numbers = {"measure": measure, "baseline": baseline, "target": target, "target_on": until}
        objectives.append(Objective(goal=goals[-1], text=f"{measure}, counted together each week", **numbers))
    TreatmentPlan.objects.bulk_create(plans)
    Problem.objects.bulk_create(problems)
    Goal.objects.bulk_create(goals)
    Objective.objects.bulk_create(objectives)
    dose = prescribed(program)
    Intervention.objects.bulk_create(
        Intervention(
            objective=objective, position=position, service=service, times_a_week=times, minutes=minutes,
            responsible_role=Role.CLINICIAN,
        )
        for objective in objectives
        for position, (service, times, minutes) in enumerate(dose, start=1)
    )  # fmt: skip


def prescribed(program: Program) -> list[tuple[ServiceType, int, int]]:
    """Service, times a week and minutes of each countable group of the first weeks, and one individual session."""
    dose = []
    for group in Group.objects.filter(program=program).select_related("service").prefetch_related("slots", "phases"):
        first_weeks = all((phase.first_week or 1) == 1 for phase in group.phases.all())
        if group.is_countable and first_weeks and group.audience != "family only":
            slots = list(group.slots.all())
            start, end = slots[0].start, slots[0].end
            minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
            dose.append((group.service, len(slots), minutes))
    individual = ServiceType.objects.get(code="individual-therapy")
    return [*dose, (individual, 1, 50)]
