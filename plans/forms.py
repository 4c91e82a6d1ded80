"""One page for an initial plan: a problem, a goal, an objective, and up to six interventions."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.forms import BoundField

from patients.forms import DateInput
from patients.models import Episode
from programs.models import ServiceType
from staff.choices import Role
from staff.models import User
from web.forms import ActionForm, KeyField, VersionField

from . import actions
from .content import PlanContent, PlannedService, read
from .models import GOAL_MIN, TreatmentPlan
from .querysets import may_be_responsible

ROWS = range(1, 7)
SHOWN = 3
MISSING = {
    "service": "Choose the service.",
    "times": "Say how many times a week.",
    "minutes": "Say how many minutes each time.",
    "who": "Choose who gives it.",
}
SENTENCES = ["effective_on", "problem", "goal", "objective", "measure", "baseline", "target", "target_on"]
FURTHEST = timedelta(days=731)  # how far ahead anybody plans
ROLES = [Role.CLINICIAN, Role.INTERN, Role.MEDICAL, Role.CASE_MANAGER]


class PlanForm(ActionForm):
    """What an initial plan asks for (R-12). Rows of interventions left empty are left out."""

    marks_optional = False  # a row is left empty whole or filled whole, so its fields are not marked; the others say it

    effective_on = forms.DateField(label="In force from", widget=DateInput, help_text="Once it is signed.")
    problem = forms.CharField(max_length=300, help_text="What brings the patient here, in a sentence.")
    goal = forms.CharField(
        label="Goal, in the patient’s own words",
        widget=forms.Textarea(attrs={"rows": 2}),
        min_length=GOAL_MIN,
        max_length=1000,
        error_messages={"min_length": f"Write what the patient said, {GOAL_MIN} characters or more (R-12)."},
    )
    objective = forms.CharField(max_length=300, help_text="One thing that can be seen or counted.")
    measure = forms.CharField(
        label="Measure (optional)", max_length=120, required=False, help_text="Such as: times a week, own log."
    )
    baseline = forms.CharField(label="Baseline (optional)", max_length=60, required=False)
    target = forms.CharField(label="Target (optional)", max_length=60, required=False)
    target_on = forms.DateField(label="Target date (optional)", widget=DateInput, required=False)

    def __init__(self, *args: Any, episode: Episode, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.episode, self.at = episode, at
        self.planned: list[PlannedService] = []
        day = episode.local_day(at)
        self.last = day + FURTHEST
        self.initial.setdefault("effective_on", episode.admitted_on or day)
        self.services = {str(service.pk): service for service in ServiceType.objects.active_on(day)}
        self.people = {f"person-{user.pk}": user for user in may_be_responsible(episode.program, day)}
        self._add_rows()

    def _add_rows(self) -> None:
        what = [("", "Choose"), *((value, _with_counting(service)) for value, service in self.services.items())]
        team = [(value, str(user)) for value, user in self.people.items()]
        roles = [(f"role-{role.value}", role.label) for role in ROLES]
        who = [("", "Choose"), ("Role", roles), ("Team", team)]
        for row in ROWS:
            self.fields[f"service_{row}"] = forms.ChoiceField(label="Service", choices=what, required=False)
            self.fields[f"times_{row}"] = _number("Times a week", 1, 14)
            self.fields[f"minutes_{row}"] = _number("Minutes", 5, 480)
            self.fields[f"who_{row}"] = forms.ChoiceField(label="Who", choices=who, required=False)

    @property
    def rows(self) -> list[list[BoundField]]:
        """The fields of each intervention."""
        return [[self[f"{part}_{row}"] for part in MISSING] for row in ROWS]

    @property
    def more_rows_in_use(self) -> bool:
        """Whether one of the rows that are folded away holds something."""
        return any(field.value() for fields in self.rows[SHOWN:] for field in fields)

    def clean_effective_on(self) -> date:
        return self._possible(self.cleaned_data["effective_on"])

    def clean_target_on(self) -> date | None:
        day = self.cleaned_data["target_on"]
        return day and self._possible(day)

    def _possible(self, day: date) -> date:
        """Nothing is planned before the referral, or for years ahead: then the year is mistyped."""
        first = self.episode.referred_on
        if first <= day <= self.last:
            return day
        raise forms.ValidationError(
            f"Give a day from {first:%b %-d, %Y}, the referral, to {self.last:%b %-d, %Y}. Check the year.", code="far"
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("effective_on"), cleaned.get("target_on")
        if begins and ends and ends < begins:
            self.add_error("target_on", f"Give a day from {begins:%b %-d, %Y} on, when the plan begins (R-13).")
        used = [row for row in ROWS if any(self.data.get(self.add_prefix(f"{part}_{row}")) for part in MISSING)]
        for row in used:
            self._read_row(cleaned, row)
        if not used:
            self.add_error("service_1", "Plan at least one service: what, how often, how long, who (R-12).")
        return cleaned

    def _read_row(self, cleaned: dict[str, Any], row: int) -> None:
        """Take a row that somebody began; what it lacks is said at its field."""
        for part, sentence in MISSING.items():
            if f"{part}_{row}" not in self.errors and not cleaned.get(f"{part}_{row}"):
                self.add_error(f"{part}_{row}", sentence)
        if any(f"{part}_{row}" in self.errors for part in MISSING):
            return
        who = cleaned[f"who_{row}"]
        responsible = self.people[who] if who in self.people else Role(who.removeprefix("role-"))
        service = self.services[cleaned[f"service_{row}"]]
        self.planned.append(PlannedService(service, cleaned[f"times_{row}"], cleaned[f"minutes_{row}"], responsible))

    def content(self) -> PlanContent:
        return PlanContent(services=self.planned, **{name: self.cleaned_data[name] for name in SENTENCES})


class NewPlanForm(PlanForm):
    """A first draft."""

    key = KeyField()

    def save(self, *, by: User) -> TreatmentPlan:
        key = self.cleaned_data["key"]
        return actions.draft_plan(episode=self.episode, content=self.content(), at=self.at, key=key, by=by)


class EditPlanForm(PlanForm):
    """A draft as it stands, to change."""

    version = VersionField()

    def __init__(self, *args: Any, plan: TreatmentPlan, **kwargs: Any) -> None:
        self.plan, self.now = plan, read(plan)
        super().__init__(*args, episode=plan.episode, **kwargs)
        self.initial.update(_initial(self.now), version=plan.version)

    def _add_rows(self) -> None:
        """What the draft names stays choosable, also where a service was retired or somebody's posting has ended."""
        for planned in self.now.services:
            self.services.setdefault(str(planned.service.pk), planned.service)
            if isinstance(planned.responsible, User):
                self.people.setdefault(f"person-{planned.responsible.pk}", planned.responsible)
        super()._add_rows()

    def save(self, *, by: User) -> TreatmentPlan:
        version = self.cleaned_data["version"]
        return actions.edit_draft(plan=self.plan, version=version, content=self.content(), at=self.at, by=by)


def _initial(content: PlanContent) -> dict[str, Any]:
    values = {name: getattr(content, name) for name in SENTENCES}
    for row, planned in enumerate(content.services, start=1):
        who = planned.responsible
        values |= {
            f"service_{row}": str(planned.service.pk),
            f"times_{row}": planned.times_a_week,
            f"minutes_{row}": planned.minutes,
            f"who_{row}": f"role-{who.value}" if isinstance(who, Role) else f"person-{who.pk}",
        }
    return values


def _number(label: str, low: int, high: int) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "w-num num"})
    return forms.IntegerField(label=label, min_value=low, max_value=high, required=False, widget=widget)


def _with_counting(service: ServiceType) -> str:
    return str(service) if service.counts() else f"{service} (not counted)"
