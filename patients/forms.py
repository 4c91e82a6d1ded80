import re
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone

from programs.deputies import programs_where
from programs.models import Program
from staff.models import User
from web.forms import ActionForm, KeyField, VersionField
from web.models import OneTimeKey

from . import actions
from .models import Episode, Patient
from .querysets import PatientQuerySet, Person, possible_primaries

OLDEST_YEARS = 120
SOMEBODY_NEW = "new"
MOST_FOUND = 20
NUMBER = re.compile(r"(?:n[-\s]?)?(\d{1,9})", re.IGNORECASE)


class DateInput(forms.DateInput):
    """The browser's own calendar; what it sends and shows is ISO 8601."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"class": "w-date num"})


class ReferralForm(ActionForm):
    """Somebody new for a program. When a visible patient looks the same, it asks who it is before it saves."""

    key = KeyField()
    given = forms.CharField(label="Given name", max_length=80, help_text="As it stands in official papers.")
    family = forms.CharField(label="Family name", max_length=80)
    preferred = forms.CharField(
        label="Preferred given name",
        max_length=80,
        required=False,
        help_text="What everybody here calls them. Leave empty when it is the given name.",
    )
    birth_date = forms.DateField(label="Date of birth", widget=DateInput)
    program = forms.ModelChoiceField(label="Program", queryset=Program.objects.none(), empty_label="Choose")
    same_as = forms.CharField(label="Who this is", required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, user: Person, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.at = user, at
        self.alike: list[Patient] = []
        self.today = timezone.localdate(at)
        programs = programs_where(user, "patients.add_episode", self.today).active_on(self.today)
        self.fields["program"].queryset = programs  # type: ignore[attr-defined]

    def clean_birth_date(self) -> date:
        day, today = self.cleaned_data["birth_date"], self.today
        if day > today:
            raise forms.ValidationError("This day has not come yet. Check the year.", code="future")
        if today.year - day.year > OLDEST_YEARS:
            raise forms.ValidationError(f"This is more than {OLDEST_YEARS} years ago. Check the year.", code="past")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            self._ask_about_who_looks_the_same(cleaned)
        return cleaned

    def _ask_about_who_looks_the_same(self, cleaned: dict[str, Any]) -> None:
        """Compare within the user's scope only: what lies outside must not show, not even as a warning."""
        known = Patient.objects.visible_to(self.user).born_on(cleaned["birth_date"])
        self.alike = known.named_like(f"{cleaned['preferred'] or cleaned['given']} {cleaned['family']}", most=5)
        if OneTimeKey.objects.filter(key=cleaned["key"]).exists():  # sent twice: whoever looks the same is the same
            self.alike = []
        if not self.alike:
            return
        choices = {str(patient.pk): f"{patient.preferred_name}, {patient.mrn}" for patient in self.alike}
        choices[SOMEBODY_NEW] = "Somebody else"
        self.fields["same_as"].widget.choices = list(choices.items())
        self.fields["same_as"].required = True
        if cleaned["same_as"] not in choices:
            self.add_error("same_as", "Somebody of this birth date and a similar name is here. Say who this is.")

    def save(self, *, by: User) -> Episode:
        fields = self.cleaned_data
        known = {str(patient.pk): patient for patient in self.alike}
        person = known.get(fields["same_as"]) or actions.Person(
            given=fields["given"],
            family=fields["family"],
            birth_date=fields["birth_date"],
            preferred=fields["preferred"],
        )
        return actions.refer(person=person, program=fields["program"], at=self.at, key=fields["key"], by=by)


class AcceptForm(ActionForm):
    """Who becomes the primary clinician."""

    version = VersionField()
    primary = forms.ModelChoiceField(
        label="Primary clinician",
        queryset=User.objects.none(),
        empty_label="Choose",
        help_text="Clinicians posted in the program today.",
        error_messages={
            "required": "Choose the primary clinician. Nobody is accepted without one (R-33).",
            "invalid_choice": "Choose a clinician who is posted in the program today.",
        },
    )

    def __init__(self, *args: Any, episode: Episode, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = episode.version
        self.episode, self.at = episode, at
        self.fields["primary"].queryset = possible_primaries(episode.program, episode.local_day(at))  # type: ignore[attr-defined]

    def save(self, *, by: User) -> Episode:
        fields = self.cleaned_data
        return actions.accept_episode(
            episode=self.episode, version=fields["version"], primary=fields["primary"], at=self.at, by=by
        )


class SearchForm(forms.Form):
    """A name, a number or a date of birth."""

    q = forms.CharField(
        label="Name, number or date of birth",
        max_length=100,
        help_text="Such as Ellison, N-2041 or 3/14/1990. Spelling need not be exact.",
        error_messages={"required": "Type a name, a number or a date of birth."},
    )

    def found_in(self, patients: PatientQuerySet) -> list[Patient]:
        """The patients that fit best, best first, 20 at most."""
        asked = self.cleaned_data["q"]
        if number := NUMBER.fullmatch(asked):
            return list(patients.filter(number=int(number[1])))
        try:
            return list(patients.born_on(forms.DateField().clean(asked))[:MOST_FOUND])
        except forms.ValidationError:
            return patients.named_like(asked, most=MOST_FOUND)
