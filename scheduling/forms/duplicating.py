"""A program made after another: what it is called, where and from when, and what is taken over."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from programs.actions import Duplicate, rehearse_duplicate
from programs.choices import CopyPart
from programs.models import Location, Program
from scheduling.actions import Report, copy_program
from web.forms import ActionForm, KeyField
from web.refusals import Refusal

from .timetables import day_field, sane


class DuplicateForm(ActionForm):
    """`rehearsal` is what it would make. One that is confirmed is made, where it bears the seal of its rehearsal.

    It is rehearsed only where it was not made: a second submit would be told of the first's program instead of being
    led to it.
    """

    key = KeyField()
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"class": "w-wide"}))
    code = forms.SlugField(
        label="Timetable code", max_length=40, help_text="Its name in timetable files; once at a location.",
        widget=forms.TextInput(attrs={"class": "w-wide"}),
    )  # fmt: skip
    location = forms.ModelChoiceField(
        Location.objects.none(), help_text="At another location its groups have no rooms yet."
    )
    opens_on = day_field("Opening date", help_text="Its groups begin to meet on this day.")
    take = forms.MultipleChoiceField(
        label="Take over", choices=CopyPart.choices, widget=forms.CheckboxSelectMultiple, required=False,
        help_text="Members and leaders are never taken over.",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, source: Program, user: Any, at: datetime, confirming: bool) -> None:
        initial = {"code": f"{source.code[:36]}-2", "location": source.location_id, "take": CopyPart.values}
        super().__init__(data, initial=initial)
        self.source, self.user, self.at, self.confirming = source, user, at, confirming
        self.rehearsal: Duplicate | None = None
        today = at.astimezone(source.location.zone).date()
        places = Location.objects.directed_by(user, today).active_on(today)
        self.fields["location"].queryset = places  # type: ignore[attr-defined]

    def clean_opens_on(self) -> date | None:
        return sane(self.cleaned_data["opens_on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.confirming:
            try:
                self.rehearse(data)
            except Refusal as refusal:
                raise ValidationError({refusal.field or "take": refusal.sentence}) from None
        return data

    def save(self, *, by: Any) -> tuple[Duplicate, Report]:
        """Make it; where it is no longer what was seen, show what it would be now."""
        data = self.cleaned_data
        try:
            return copy_program(**self._wanted(data), seen=data["seen"], key=data["key"], by=by, at=self.at)
        except Refusal as refusal:
            if refusal.code == "changed":
                self.rehearse(data)
            raise

    def rehearse(self, data: dict[str, Any]) -> None:
        day = self.at.astimezone(data["location"].zone).date()
        self.rehearsal = rehearse_duplicate(**self._wanted(data), day=day, by=self.user)

    def _wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"source": self.source} | {name: data[name] for name in ("name", "code", "location", "opens_on", "take")}
