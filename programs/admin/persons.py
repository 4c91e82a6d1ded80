"""What the pages of licenses, supervision and time away share: each row belongs to a person."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from programs import colleagues, policy, rules
from programs.leading import lead_book
from programs.querysets import not_retired
from staff import rules as staff_rules
from staff.admin import acting
from staff.models import Credential, Supervision, TimeAway, User
from staff.states import STATES
from web import trail
from web.admin import PortalModelAdmin
from web.refusals import Refusal


class PersonsAdmin(PortalModelAdmin):
    """A page of rows of a person: seen by who directs somewhere the person works, changed by who directs all of it."""

    person = "user"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        seen = colleagues.seen_by(acting(request), timezone.localdate())
        return super().get_queryset(request).filter(**{f"{self.person}__in": seen.values("pk")})

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self.may_lead(request, getattr(obj, self.person)) is None)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Whose row it is stays."""
        return [self.person] if obj else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return filled_in_by(request, form)

    def may_lead(self, request: HttpRequest, user: User) -> Refusal | None:
        return rules.may_lead(acting(request), user, timezone.localdate())


def filled_in_by(request: HttpRequest, form: Any) -> Any:
    """The form's class, told who fills it in and on which day."""
    return type(form.__name__, (form,), {"acting": acting(request), "day": timezone.localdate()})


class PersonsForm(forms.ModelForm):
    """A row about a person, refused for whoever works where its maker does not direct."""

    person = "user"
    acting: User
    day: date

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        whose = self.whose(data)
        if whose and self.has_changed():
            self.refuse(rules.may_lead(self.acting, whose, self.day), self.person)
            if not self.errors:
                self.judge(data, whose)
        return data

    def whose(self, data: dict[str, Any]) -> User | None:
        return data.get(self.person) or (getattr(self.instance, self.person) if self.instance.pk else None)

    def judge(self, data: dict[str, Any], whose: User) -> None:
        """Refuse what the rules of the row refuse."""

    def refuse(self, refusal: Refusal | None, field: str | None = None) -> None:
        """Put the refusal at its field, or at `field`; at the top where the form does not show it."""
        if refusal is not None:
            trail.refused_at_form(refusal, by=self.acting)
            at = refusal.field or field
            self.add_error(at if at in self.fields else None, ValidationError(refusal.sentence, code=refusal.code))


class CredentialForm(PersonsForm):
    """A license. That it was looked up, and that its renewal was filed, are ticks: who and when is written by us."""

    state = forms.ChoiceField(required=False, help_text="Of the board that issued it. Leave empty for none.")
    looked_up = forms.BooleanField(
        label="I looked it up at the board today",
        required=False,
        help_text="We write the day and your name.",
    )
    renewal_filed_today = forms.BooleanField(
        label="The renewal was filed today",
        required=False,
        help_text="It carries the license on for the policy's days of grace after its last day (R-30).",
    )
    evidence = forms.CharField(
        label="What shows it", max_length=200, required=False, help_text="Such as the board's receipt number."
    )

    class Meta:
        model = Credential
        fields = ["user", "type", "state", "number", "issued_on", "expires_on"]

    def __init__(self, *args: Any, choices: list[tuple[Any, str]] | None = None, **kwargs: Any) -> None:
        """`choices` are those of the type, where several forms share them. Who only looks has no field of the row."""
        super().__init__(*args, **kwargs)
        if "type" not in self.fields:
            return
        own = self.instance.state
        other = [(own, own)] if own and own not in STATES else []
        self.fields["state"].choices = [("", "None"), *STATES.items(), *other]  # type: ignore[attr-defined]
        types: Any = self.fields["type"]
        types.queryset = types.queryset.filter(not_retired(self.day) | Q(pk=self.instance.type_id))
        if choices is not None:
            types.choices = choices

    def judge(self, data: dict[str, Any], whose: User) -> None:
        if refusal := staff_rules.may_enter_license(self.acting, whose):
            self.refuse(refusal, self.person)
            return
        row = Credential(user=whose, expires_on=data.get("expires_on"))
        filed, evidence = data.get("renewal_filed_today"), data.get("evidence", "")
        if filed:
            self.refuse(staff_rules.renewal_is_shown(row, evidence))
        elif evidence:
            self.add_error("renewal_filed_today", "Tick this as well, or leave out what shows it.")


class SupervisionForm(PersonsForm):
    """Who supervises whom. The supervisor's credential is judged on the days that changed, never on an earlier end."""

    person = "supervisee"

    class Meta:
        model = Supervision
        fields = ["supervisee", "supervisor", "starts_on", "ends_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Who supervises stays: somebody else is a row of their own."""
        super().__init__(*args, **kwargs)
        if self.instance.pk and "supervisor" in self.fields:
            field: Any = self.fields["supervisor"]
            field.disabled, field.widget = True, forms.Select()
            field.choices = [(self.instance.supervisor_id, str(self.instance.supervisor))]

    def judge(self, data: dict[str, Any], whose: User) -> None:
        supervisor = data.get("supervisor") or (self.instance.supervisor if self.instance.pk else None)
        if supervisor is None or "starts_on" not in data:
            return
        leads = lead_book([supervisor.pk, whose.pk], policy.book([], self.day))
        for day in self.days_to_judge(data):
            refusal = rules.may_supervise(supervisor, whose, day=day, leads=leads)
            if refusal is not None:
                self.refuse(refusal)
                return

    def days_to_judge(self, data: dict[str, Any]) -> list[date]:
        first, last = data["starts_on"], data.get("ends_on")
        before = self.initial.get("ends_on") if self.instance.pk else None
        is_new = not self.instance.pk or "starts_on" in self.changed_data
        days = [first] if is_new else []
        if last and (is_new or (before is not None and last > before)):
            days.append(last)
        return days


class AwayForm(PersonsForm):
    """Whole days on which someone does not work here."""

    class Meta:
        model = TimeAway
        fields = ["user", "starts_on", "ends_on", "kind"]
