from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django_filters import ChoiceFilter, ModelChoiceFilter

from programs.models import Program
from staff.models import User
from web.filters import ListFilters

from .choices import ACCEPTED, AWAITING
from .models import Episode
from .querysets import EpisodeQuerySet, primaries_of


def programs_in_scope(request: HttpRequest) -> QuerySet[Program]:
    return Program.objects.visible_to(request.user).order_by("location__name", "name")


def primaries_in_scope(request: HttpRequest) -> QuerySet[User]:
    day = timezone.localdate()
    return primaries_of(Episode.objects.visible_to(request.user, day).open(), day)


class PatientFilters(ListFilters):
    """Open episodes by program, status and primary clinician."""

    program = ModelChoiceFilter(label="Program", queryset=programs_in_scope, empty_label="Any program")
    status = ChoiceFilter(
        label="Status", choices=[(status.value, status.label) for status in [*AWAITING, *ACCEPTED]], empty_label="Any"
    )
    primary = ModelChoiceFilter(
        label="Primary clinician", queryset=primaries_in_scope, method="with_primary", empty_label="Anybody"
    )

    class Meta:
        model = Episode
        fields = ["program", "status"]

    def with_primary(self, rows: EpisodeQuerySet, name: str, user: User | None) -> EpisodeQuerySet:
        return rows.led_by(user, timezone.localdate()) if user else rows
