"""The questions asked of plans. A plan is visible through its episode."""

from datetime import date
from typing import Self

from django.apps import apps
from django.db.models import Prefetch, QuerySet

from patients.models import Episode
from patients.querysets import Person

from .choices import PlanStatus


class PlanQuerySet(QuerySet):
    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Plans of the episodes the user sees."""
        return self.filter(episode__in=Episode.objects.visible_to(user, day).values("pk"))

    def drafts(self) -> Self:
        return self.filter(status=PlanStatus.DRAFT)

    def in_force(self) -> Self:
        return self.filter(status=PlanStatus.ACTIVE)

    def with_content(self) -> Self:
        """Fetch problems, goals, objectives and interventions: four more queries for any number of plans."""
        interventions = _interventions().select_related("service", "responsible")
        return self.prefetch_related(
            "problems__goals__objectives", Prefetch("problems__goals__objectives__interventions", interventions)
        )

    def for_chart(self) -> Self:
        """Plans with all they hold, the newest first; what `plans/_summary.html` reads of one."""
        return (
            self.select_related("author", "episode__patient", "episode__program__location")
            .with_content()
            .order_by("episode", "-number")
        )


def _interventions() -> QuerySet:
    return apps.get_model("plans", "Intervention").objects.all()
