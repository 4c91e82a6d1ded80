"""What a plan says, as one value: what a form gives, an action writes, and two people's versions are compared by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from programs.models import ServiceType
from staff.choices import Role
from staff.models import User

from .models import Goal, Objective, Problem, TreatmentPlan


@dataclass(frozen=True)
class PlannedService:
    """One intervention; `responsible` is a person or a role."""

    service: ServiceType
    times_a_week: int
    minutes: int
    responsible: User | Role

    def __str__(self) -> str:
        who = self.responsible.label if isinstance(self.responsible, Role) else self.responsible
        return f"{self.service}, {self.times_a_week} × {self.minutes} minutes a week, {who}"


@dataclass(frozen=True)
class PlanContent:
    """A plan of one problem, one goal and one objective, as the page for an initial plan asks for it."""

    effective_on: date
    problem: str
    goal: str
    objective: str
    services: Sequence[PlannedService]
    measure: str = ""
    baseline: str = ""
    target: str = ""
    target_on: date | None = None

    def in_words(self) -> dict[str, str]:
        """Each field as people read it, by its label."""
        return {
            "In force from": f"{self.effective_on:%b %-d, %Y}",
            "Problem": self.problem,
            "Goal": self.goal,
            "Objective": self.objective,
            "Measure": self.measure,
            "Baseline": self.baseline,
            "Target": self.target,
            "Target date": f"{self.target_on:%b %-d, %Y}" if self.target_on else "",
            "Interventions": "; ".join(str(service) for service in self.services),
        }


def read(plan: TreatmentPlan) -> PlanContent:
    """What a plan with one problem says now; no query after `with_content()`."""
    problem: Problem = plan.problems.all()[0]
    goal: Goal = problem.goals.all()[0]
    objective: Objective = goal.objectives.all()[0]
    return PlanContent(
        effective_on=plan.effective_on,
        problem=problem.text,
        goal=goal.words,
        objective=objective.text,
        measure=objective.measure,
        baseline=objective.baseline,
        target=objective.target,
        target_on=objective.target_on,
        services=[
            PlannedService(row.service, row.times_a_week, row.minutes, row.responsible or Role(row.responsible_role))
            for row in objective.interventions.all()
        ],
    )
