from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.text import slugify

from staff.models import User
from web.forms import ActionForm, KeyField

from . import policy, rules
from .actions.policy import apply_preset, preview
from .models import PolicyValue, Program
from .policy import KEYS
from .preset_table import PRESETS
from .presets import Change, Preset, fingerprint
from .querysets import Person

NOT_YOURS = "Choose a program that you direct."
NO_DAY = "Give the first day, such as 2026-11-23."
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


def within_reason(day: date) -> None:
    if not EARLIEST <= day <= LATEST:
        raise forms.ValidationError("This day is too far away. Check the year.", code="year")


class DateInput(forms.DateInput):
    """The browser's own calendar; what it sends and shows is ISO 8601."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"class": "w-date num"})


TOPICS = {slugify(heading): heading for heading in policy.SECTIONS}
STATES: dict[str, tuple[str, Callable[[policy.Line], bool]]] = {
    "set": ("Set here or for the whole provider", lambda line: line.now.row is not None),
    "unconfirmed": ("To be confirmed", lambda line: line.now.is_unconfirmed),
    "changing": ("Changes later", lambda line: line.later is not None),
}


class PolicyForm(forms.Form):
    """Which day, and which of the values; today where none is asked for, or where what is asked for is no day."""

    day = forms.DateField(
        label="In force on",
        required=False,
        widget=DateInput,
        error_messages={"invalid": "This is not a day. Write it like 2026-11-23; today is shown meanwhile."},
    )

    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[
            ("", "Everything"),
            ("By topic", list(TOPICS.items())),
            ("By state", [(code, label) for code, (label, _) in STATES.items()]),
        ],
        error_messages={"invalid_choice": "Choose one of the list; everything is shown meanwhile."},
    )

    def __init__(self, data: Any, *, today: date) -> None:
        is_asked = {"day", "show"} & set(data)
        super().__init__(data if is_asked else None, initial={"day": today})
        self.is_valid()
        asked = self.cleaned_data if is_asked else {}
        self.chosen: date = asked.get("day") or today
        self.shown: str = asked.get("show") or ""

    def narrow(self, sheet: policy.Sheet) -> policy.Sheet:
        """The lines of the sheet that are asked for."""
        if self.shown in TOPICS:
            return sheet.only(lambda heading, line: heading == TOPICS[self.shown])
        if self.shown in STATES:
            return sheet.only(lambda heading, line: STATES[self.shown][1](line))
        return sheet


class ProgramChoice(forms.ModelChoiceField):
    """A program by its name and place; two places may each have one of that name."""

    def label_from_instance(self, program: Program) -> str:
        return f"{program}, {program.location}"


class PresetForm(forms.Form):
    """Which preset, for whom, from which day; for the programs that the person directs."""

    preset = forms.ChoiceField(
        choices=[("", "Choose"), *((code, preset.name) for code, preset in PRESETS.items())],
        error_messages={"required": "Choose a preset.", "invalid_choice": "Choose a preset of the list."},
    )
    program = ProgramChoice(
        label="For",
        queryset=Program.objects.none(),
        required=False,
        empty_label="The whole provider",
        help_text="A program's own values win over those of the whole provider.",
        error_messages={"required": NOT_YOURS, "invalid_choice": NOT_YOURS},
    )
    starts_on = forms.DateField(
        label="From",
        widget=DateInput,
        validators=[within_reason],
        help_text="Days before keep the values they had.",
        error_messages={"required": NO_DAY, "invalid": NO_DAY},
    )

    def __init__(self, data: Any, *, user: Person, day: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user, self.day = user, day
        programs = Program.objects.directed_by(user, day).active_on(day).select_related("location")
        self.fields["program"].queryset = programs  # type: ignore[attr-defined]
        if rules.may_set_for_all(user, day):
            self.fields["program"].required = True
            self.fields["program"].empty_label = "Choose"  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        refusal = None if "program" in self.errors else rules.may_set_policy(self.user, data.get("program"), self.day)
        if refusal:
            self.add_error("program", forms.ValidationError(refusal.sentence, code=refusal.code))
        return data

    @property
    def choices(self) -> list[forms.BoundField]:
        """The three questions before the preview."""
        return [self[name] for name in ("preset", "program", "starts_on")]

    @property
    def chosen(self) -> Preset | None:
        """The preset to preview, once all three are good."""
        good = self.is_bound and not {"preset", "program", "starts_on"} & set(self.errors)
        return PRESETS[self.cleaned_data["preset"]] if good else None

    @cached_property
    def changes(self) -> list[Change]:
        if self.chosen is None:
            return []
        data = self.cleaned_data
        return preview(self.chosen, program=data["program"], starts_on=data["starts_on"])

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.changes)

    @property
    def ticked(self) -> list[str]:
        """The keys whose row of the same day is to be replaced, as sent."""
        return cast("QueryDict", self.data).getlist("replace") if self.is_bound else []


class ApplyPresetForm(PresetForm, ActionForm):
    """The preview confirmed."""

    key = KeyField()
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    replace = forms.MultipleChoiceField(choices=[(name, name) for name in KEYS], required=False)

    def save(self, *, by: User) -> list[PolicyValue]:
        data = self.cleaned_data
        return apply_preset(
            preset=PRESETS[data["preset"]],
            program=data["program"],
            starts_on=data["starts_on"],
            replace=data["replace"],
            seen=data["seen"],
            key=data["key"],
            by=by,
            day=self.day,
        )
