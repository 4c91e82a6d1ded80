"""May this be planned now: functions that return a Refusal, or None. Days are local to the program."""

from collections.abc import Iterable
from datetime import date

from patients.choices import ACCEPTED
from patients.models import Episode
from programs import policy
from web.refusals import NextStep, Refusal

from .content import PlanContent
from .dose import Dose, Finding, weekly_minutes
from .models import GOAL_MIN, TreatmentPlan


def may_plan(episode: Episode) -> Refusal | None:
    """A plan is written for somebody accepted, one draft at a time."""
    if episode.status not in ACCEPTED:
        return Refusal(
            f"This episode is {episode.get_status_display().lower()}; a plan needs an accepted patient.",
            code="not_accepted",
            about=episode,
            patients=[episode.patient_id],
        )
    draft = TreatmentPlan.objects.filter(episode=episode).drafts().first()
    if draft is None:
        return None
    return Refusal(
        f"There is a draft already: {draft} by {draft.author}. Go on with that one.",
        code="draft_exists",
        step=NextStep("Open the draft", draft.get_absolute_url()),
        about=episode,
        patients=[episode.patient_id],
    )


def may_edit(plan: TreatmentPlan) -> Refusal | None:
    """R-19: only a draft is edited."""
    if plan.is_draft:
        return None
    return Refusal(
        "This plan is signed and stays as it is. Amend it: that makes a new draft.",
        code="plan_signed",
        rule="R-19",
        step=NextStep("Open the plan", plan.get_absolute_url()),
        about=plan,
        patients=[plan.episode.patient_id],
    )


def initial_plan_lacks(content: PlanContent) -> Refusal | None:
    """R-12: an initial plan needs a problem, a goal in the patient's words, an objective and its interventions."""
    if len(content.goal.strip()) < GOAL_MIN:
        return Refusal(
            f"Write the goal in the patient's own words, {GOAL_MIN} characters or more.",
            code="goal_too_short",
            rule="R-12",
            field="goal",
        )
    missing = [name for name in ("problem", "objective") if not getattr(content, name).strip()]
    if missing:
        return Refusal(f"Write the {missing[0]}.", code="incomplete", rule="R-12", field=missing[0])
    if not content.services:
        return Refusal(
            "Plan at least one service: what, how often, how long, who.",
            code="no_interventions",
            rule="R-12",
            field="service_1",
        )
    return None


def dose_finding(episode: Episode, doses: Iterable[Dose], day: date) -> Finding:
    """R-24 with the policy in force on `day`; the patient's age that day chooses the minimum (R-06). One query."""
    book, program = policy.book(episode.program, day), episode.program_id
    young = episode.patient.age_on(day) < book.number(program, "adolescent_under_age")
    return Finding(
        minutes=weekly_minutes(doses),
        minimum=book.number(program, "min_week_minutes_adolescent" if young else "min_week_minutes_adult"),
        partial_hospitalization=book.number(program, "php_minutes"),
    )
