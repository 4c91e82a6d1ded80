"""The questions asked of plans. A plan is visible through its episode."""

from datetime import date
from typing import Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from patients.models import Episode
from patients.querysets import MODEL_BACKEND, Person
from programs.models import Posting, Program
from staff.models import User

from .choices import PlanStatus


class PlanQuerySet(QuerySet):
    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Plans of the episodes the user sees."""
        return self.filter(episode__in=Episode.objects.visible_to(user, day).values("pk"))

    def drafts(self) -> Self:
        return self.filter(status=PlanStatus.DRAFT)

    def with_content(self) -> Self:
        """Fetch problems, goals, objectives and interventions: four more queries for any number of plans."""
        interventions = _interventions().select_related("service", "responsible")
        return self.prefetch_related(
            "problems__goals__objectives", Prefetch("problems__goals__objectives__interventions", interventions)
        )

    def for_chart(self) -> Self:
        """Plans with all they hold, the newest first; what `plans/_summary.html` reads of one."""
        return (
            self.select_related("author", "saved_by", "episode__patient", "episode__program__location")
            .with_content()
            .order_by("episode", "-number")
        )


def _interventions() -> QuerySet:
    return apps.get_model("plans", "Intervention").objects.all()


def may_be_responsible(program: Program, day: date) -> QuerySet[User]:
    """Who of the clinical team is posted in `program` on `day`, by name."""
    posted = Posting.objects.active_on(day).reaching(program=program, location=program.location_id)
    team = User.objects.with_perm("plans.view_plan", include_superusers=False, backend=MODEL_BACKEND)
    return team.filter(Exists(posted.filter(user_id=OuterRef("pk")))).order_by("last_name", "first_name", "pk")
