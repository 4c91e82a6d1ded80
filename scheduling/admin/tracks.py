from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join

from programs import timetable
from programs.admin import RelatedOnly
from programs.findings import no_hours, week_in_words
from programs.models import Group, Program, Track, TrackPhase
from programs.policy import book
from programs.previews import limits_of
from web.admin import DistinctRows, PortalInline

from .bases import StaysInProgram

LAST_WEEK = 520  # ten years; more is a typing error


class PhaseForm(forms.ModelForm):
    first_week = forms.IntegerField(
        initial=1,
        min_value=1,
        max_value=LAST_WEEK,
        help_text="The patient's own week, counted from 1.",
        error_messages={"required": "Enter the first week."},
    )
    last_week = forms.IntegerField(
        required=False, min_value=1, max_value=LAST_WEEK, help_text="Leave empty when it goes on to the end."
    )


class Phases(DistinctRows):
    """The groups of a track, which are its program's own: patients join through the program's episodes."""

    distinct = ("group", "first_week")
    twice = "This group begins in this week of the track twice. Change one of the two."

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            group = getattr(form, "cleaned_data", {}).get("group")
            if group and self.instance.program_id and group.program_id != self.instance.program_id:
                form.add_error(
                    "group", f"{group} belongs to {group.program}. Choose a group of {self.instance.program}."
                )


class PhaseInline(PortalInline):
    model = TrackPhase
    form = PhaseForm
    formset = Phases
    fields = ["group", "first_week", "last_week"]
    verbose_name = "group"
    verbose_name_plural = "groups, by the patient's week"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("group")

    def get_formset(self, request: HttpRequest, obj: Track | None = None, **kwargs: Any) -> Any:
        """Offer the groups of the track's program; until it has one, those of every program that is one's to direct."""
        formset = super().get_formset(request, obj, **kwargs)
        groups = Group.objects.directed_by(request.user, timezone.localdate()).select_related("program")
        if obj:
            groups = Group.objects.filter(program=obj.program_id).select_related("program")
        field: Any = formset.form.base_fields.get("group")
        if field:
            field.queryset = groups.order_by("program__name", "name")
            if obj is None:
                field.label_from_instance = lambda group: f"{group.program}: {group}"
        return formset


@admin.register(Track)
class TrackAdmin(StaysInProgram):
    fields = ["program", "name", "hours"]
    readonly_fields = ["hours"]
    inlines = [PhaseInline]
    list_display = ["name", "program"]
    list_filter = [("program", RelatedOnly)]
    list_select_related = ["program"]
    search_fields = ["name", "program__name", "phases__group__name"]
    ordering = ["program__name", "name"]
    nothing_yet = "No track yet. A program whose groups are the same in every week needs none."

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "hours"]

    @admin.display(description="hours by week")
    def hours(self, track: Track) -> str:
        """What each week of the track comes to, against the minimum (R-25)."""
        if track._state.adding:
            return "Save it with its groups to see what each week comes to."
        return format_html_join("", "<p>{}</p>", ((sentence,) for sentence in hours_in_words(track)))


def hours_in_words(track: Track) -> list[str]:
    """One sentence for each span of weeks of the track with the same minutes."""
    track.program = Program.objects.with_timetable().get(pk=track.program_id)
    day = max(timezone.localdate(), track.program.opens_on)
    limits = limits_of(track.program.population, book(track.program, day), track.program_id)
    weeks = timetable.minutes_by_week(track.weekly_pattern(), day=day, exclude_breaks=limits.exclude_breaks)
    sentences = [
        week_in_words(span, minimum=limits.minimum, partial_hospitalization=limits.partial_hospitalization)
        for span in weeks
    ]
    return sentences or [no_hours(limits.minimum)]
