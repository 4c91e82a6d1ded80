"""Set-up of places, programs, services, postings, policy. Groups and closures are set up where sessions are known."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from staff.admin import UserAdmin, acting
from staff.models import User
from web.admin import PortalModelAdmin
from web.refusals import Refusal

from . import rules
from .models import Location, PolicyValue, Posting, Program, Room, ServiceType
from .policy import KEYS

RelatedOnly = admin.RelatedOnlyFieldListFilter
admin.site.unregister(User)


class InReachAdmin(PortalModelAdmin):
    """A page of rows with a scope: one sees what one's postings reach and changes what one directs."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user, timezone.localdate())

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self._directed(request, self.model).filter(pk=obj.pk).exists())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only the programs and places that the person directs."""
        if db_field.related_model in {Program, Location}:
            kwargs["queryset"] = self._directed(request, db_field.related_model)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _directed(self, request: HttpRequest, model: Any) -> QuerySet[Any]:
        return model.objects.directed_by(request.user, timezone.localdate())


class PlacedAdmin(InReachAdmin):
    """A page of rows of a location, where they stay: their groups and sessions meet by its clock."""

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["location"] if obj else []


class ReachForm(forms.ModelForm):
    """A row for a program, a location or everything: refused where it reaches further than its maker directs."""

    user: Any = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and (refusal := self.refusal(data)):
            raise ValidationError({refusal.field or "program": refusal.sentence})
        return data

    def refusal(self, data: dict[str, Any]) -> Refusal | None:
        return rules.may_reach(
            self.user, program=data.get("program"), location=data.get("location"), day=timezone.localdate()
        )


class ReachAdmin(InReachAdmin):
    """A page whose form is told who fills it in."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"user": request.user})


class EverybodysAdmin(PortalModelAdmin):
    """A page of rows that hold for the whole provider: changed by who directs all of it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and rules.may_set_for_all(request.user, timezone.localdate()) is None

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and rules.may_set_for_all(request.user, timezone.localdate()) is None


@admin.register(Location)
class LocationAdmin(InReachAdmin):
    fields = ["name", "zone_name", "retired_on"]
    list_display = ["name", "zone_name", "retired_on"]
    list_filter = ["zone_name"]
    search_fields = ["name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new place belongs to nobody's posting yet, so only who is posted everywhere makes one."""
        everywhere = rules.may_reach(request.user, program=None, location=None, day=timezone.localdate()) is None
        return super().has_add_permission(request) and everywhere


@admin.register(Room)
class RoomAdmin(PlacedAdmin):
    fields = ["location", "name", "capacity", "retired_on"]
    list_display = ["name", "location", "capacity", "retired_on"]
    list_filter = [("location", RelatedOnly)]
    list_select_related = ["location"]
    search_fields = ["name", "location__name"]
    ordering = ["location__name", "name"]


@admin.register(Program)
class ProgramAdmin(PlacedAdmin):
    fields = [
        "location", "name", "code", "focus", "population", "level_of_care", "is_part2", "opens_on", "retired_on",
    ]  # fmt: skip
    list_display = ["name", "location", "focus", "population", "level_of_care", "opens_on", "retired_on"]
    list_filter = [("location", RelatedOnly), "focus", "population"]
    list_select_related = ["location"]
    search_fields = ["name", "code", "location__name"]
    ordering = ["location__name", "name"]


@admin.register(ServiceType)
class ServiceTypeAdmin(EverybodysAdmin):
    fieldsets = [
        (None, {"fields": ["name", "code", "is_group", "attended_by", "retired_on"]}),
        (
            "Hours",
            {
                "fields": [
                    "counts_toward_hours", "counts_only_with_purpose", "starts_treatment",
                    "counts_for_idle_days", "expected",
                ]
            },
        ),
        ("Notes and leaders", {"fields": ["needs_note", "needs_leader", "lead_row"]}),
        ("Size", {"fields": ["cap_class", "needs_group_min"]}),
    ]  # fmt: skip
    list_display = ["name", "is_group", "counts_toward_hours", "needs_note", "expected", "cap_class", "retired_on"]
    list_filter = ["is_group", "counts_toward_hours", "attended_by"]
    search_fields = ["name", "code"]


@admin.register(User)
class ColleagueAdmin(UserAdmin):
    """Staff accounts, each managed by who directs everywhere the person works."""

    def may_manage(self, request: HttpRequest, user: User) -> Refusal | None:
        return super().may_manage(request, user) or rules.may_lead(acting(request), user, timezone.localdate())


class PostingForm(ReachForm):
    def refusal(self, data: dict[str, Any]) -> Refusal | None:
        theirs = {data["user"], getattr(self.instance, "user", data["user"])}
        own = [rules.may_post(self.user, user, is_deputy=data["is_deputy"]) for user in theirs]
        return next(filter(None, own), None) or super().refusal(data)


@admin.register(Posting)
class PostingAdmin(ReachAdmin):
    form = PostingForm
    fields = ["user", "program", "location", "starts_on", "ends_on", "is_deputy"]
    list_display = ["user", "program", "location", "starts_on", "ends_on", "is_deputy"]
    list_filter = ["is_deputy", ("program", RelatedOnly), ("location", RelatedOnly)]
    list_select_related = ["user", "program", "location"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    autocomplete_fields = ["user", "program"]
    ordering = ["user__last_name", "user__first_name", "starts_on"]


class PolicyValueForm(ReachForm):
    key = forms.ChoiceField(
        choices=[("", "---------"), *((key.name, f"{key} ({key.name})") for key in KEYS.values())],
        help_text="None of this is legal advice: check each value with your state's rules and your payers' contracts.",
    )

    class Meta:
        model = PolicyValue
        fields = ["program", "key", "value", "starts_on", "citation"]
        help_texts = {
            "program": "Leave empty for the whole provider; a program's own value wins over it.",
            "value": "A value the key cannot take is refused with what it takes.",
            "starts_on": "It holds from this day until the key's next row begins.",
        }

    def refusal(self, data: dict[str, Any]) -> Refusal | None:
        program = data.get("program")
        if program is None:
            return rules.may_set_for_all(self.user, timezone.localdate())
        return rules.directs(self.user, program, timezone.localdate())


@admin.register(PolicyValue)
class PolicyValueAdmin(ReachAdmin):
    form = PolicyValueForm
    fields = ["program", "key", "value", "starts_on", "citation"]
    list_display = ["key", "value", "program", "starts_on", "rules_that_ask", "default", "citation"]
    list_filter = [("program", RelatedOnly)]
    list_select_related = ["program"]
    search_fields = ["key", "citation", "program__name"]
    autocomplete_fields = ["program"]
    ordering = ["key", "program__name", "starts_on"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if isinstance(obj, PolicyValue) and obj.program_id is None:
            allowed = request.user.has_perm("programs.change_policyvalue")
            return allowed and rules.may_set_for_all(request.user, timezone.localdate()) is None
        return super().has_change_permission(request, obj)

    @admin.display(description="rules")
    def rules_that_ask(self, value: PolicyValue) -> str:
        key = KEYS.get(value.key)
        return ", ".join(key.rules) if key else ""

    @admin.display(description="default")
    def default(self, value: PolicyValue) -> str:
        key = KEYS.get(value.key)
        return key.default if key else ""
