"""What is done with plans: find under lock, refuse, change, check, record."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from audit.actions import record
from patients.models import Episode
from staff.choices import Role
from staff.models import User
from web import keys
from web.refusals import require
from web.versions import count_up, require_version

from . import rules
from .choices import PlanKind
from .content import PlanContent, read
from .models import Goal, Intervention, Objective, Problem, TreatmentPlan


@transaction.atomic
def draft_plan(*, episode: Episode, content: PlanContent, at: datetime, key: UUID, by: User) -> TreatmentPlan:
    """Begin an initial plan as a draft; it is in force only once it is signed."""
    used = keys.claim(key, by=by)
    episode = Episode.objects.select_for_update(of=("self",), no_key=True).get(pk=episode.pk)
    require(rules.may_plan(episode), rules.initial_plan_lacks(content))
    last = TreatmentPlan.objects.filter(episode=episode).aggregate(last=Max("number"))["last"] or 0
    plan = TreatmentPlan.objects.create(
        episode=episode,
        number=last + 1,
        kind=PlanKind.INITIAL,
        effective_on=content.effective_on,
        author=by,
        saved_at=at,
        saved_by=by,
    )
    _write(plan, content)
    keys.settle(used, plan.get_absolute_url())
    _record(plan, "plan.drafted", by)
    return plan


@transaction.atomic
def edit_draft(
    *, plan: TreatmentPlan, version: int | None, content: PlanContent, at: datetime, by: User
) -> TreatmentPlan:
    """Change a draft. Raises Stale, with both texts, when somebody else has saved it since `version`."""
    plan = TreatmentPlan.objects.select_for_update(of=("self",), no_key=True).select_related("episode").get(pk=plan.pk)
    require(rules.may_edit(plan))
    require_version(plan, version, mine=content.in_words(), theirs=read(plan).in_words(), url=plan.get_absolute_url())
    require(rules.initial_plan_lacks(content))
    plan.effective_on, plan.saved_at, plan.saved_by = content.effective_on, at, by
    count_up(plan)
    plan.save(update_fields=["effective_on", "saved_at", "saved_by", "version"])
    _write(plan, content)
    _record(plan, "plan.edited", by)
    return plan


def _write(plan: TreatmentPlan, content: PlanContent) -> None:
    """The parts of a draft: what is there keeps its row, the interventions are written anew."""
    problem, _ = Problem.objects.update_or_create(plan=plan, position=1, defaults={"text": content.problem})
    goal, _ = Goal.objects.update_or_create(problem=problem, position=1, defaults={"words": content.goal})
    details = {
        "text": content.objective,
        "measure": content.measure,
        "baseline": content.baseline,
        "target": content.target,
        "target_on": content.target_on,
    }
    objective, _ = Objective.objects.update_or_create(goal=goal, position=1, defaults=details)
    objective.interventions.all().delete()
    Intervention.objects.bulk_create(
        Intervention(
            objective=objective,
            position=position,
            service=planned.service,
            times_a_week=planned.times_a_week,
            minutes=planned.minutes,
            responsible=planned.responsible if isinstance(planned.responsible, User) else None,
            responsible_role=planned.responsible if isinstance(planned.responsible, Role) else "",
        )
        for position, planned in enumerate(content.services, start=1)
    )


def _record(plan: TreatmentPlan, action: str, by: User) -> None:
    record(
        action=action,
        by=by,
        about=plan,
        patients=[plan.episode.patient_id],
        record_class="plan",
        content={"number": plan.number, "version": plan.version},
    )
