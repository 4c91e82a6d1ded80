"""A plain maker of plans; the actions are tested for themselves."""

from datetime import UTC, date, datetime
from typing import Any

from patients.models import Episode
from patients.tests.factories import make_episode
from plans.choices import PlanKind
from plans.models import Goal, Intervention, Objective, Problem, TreatmentPlan
from programs.tests.factories import make_service
from staff.choices import Role
from staff.models import User
from staff.tests.factories import make_user

EFFECTIVE = date(2026, 11, 2)


def make_plan(episode: Episode | None = None, *, author: User | None = None, **kw: Any) -> TreatmentPlan:
    """A draft of an initial plan: group therapy three times 180 minutes and individual therapy once 50."""
    author = author or make_user("author")
    defaults: dict[str, Any] = {
        "number": 1,
        "kind": PlanKind.INITIAL,
        "effective_on": EFFECTIVE,
        "saved_at": datetime(2026, 11, 2, 22, tzinfo=UTC),
        "saved_by": author,
    }
    plan = TreatmentPlan.objects.create(episode=episode or make_episode(), author=author, **(defaults | kw))
    problem = Problem.objects.create(plan=plan, text="Alcohol use")
    goal = Goal.objects.create(problem=problem, words="I want to get through a weekend without using.")
    objective = Objective.objects.create(
        goal=goal,
        text="Says no to an offer",
        measure="Times a week, own log",
        baseline="0",
        target="3",
        target_on=date(2026, 12, 20),
    )
    make_intervention(objective, "group-therapy", 3, 180, responsible_role=Role.CLINICIAN)
    make_intervention(objective, "individual-therapy", 1, 50, responsible=author, position=2)
    return plan


def make_intervention(objective: Objective, service: str, times: int, minutes: int, **kw: Any) -> Intervention:
    fields = {"service": make_service(service), "times_a_week": times, "minutes": minutes}
    return Intervention.objects.create(objective=objective, **(fields | kw))
