from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format

from programs import rules
from programs.actions import policy as actions
from programs.forms import ApplyPresetForm, PresetForm
from programs.models import PolicyValue
from programs.policy import KEYS, SECTIONS
from staff.admin import acting
from web import trail
from web.refusals import Refusal

from .bases import ReachAdmin, ReachForm, RelatedOnly

KEY_CHOICES = [
    (heading, [(key.name, f"{key} · default: {key.shown(key.default)}") for key in keys])
    for heading, keys in SECTIONS.items()
]


class PolicyValueForm(ReachForm):
    key = forms.ChoiceField(
        label="What it sets",
        choices=[("", "Choose"), *KEY_CHOICES],
        error_messages={"required": "Choose what it sets."},
        help_text="None of this is legal advice: check each value with your state's rules and your payers' contracts.",
    )

    class Meta:
        model = PolicyValue
        fields = ["program", "key", "value", "starts_on", "citation", "is_confirmed"]
        help_texts = {
            "program": "Leave empty for the whole provider; a program's own value wins over it.",
            "value": "A value that does not fit is refused with what fits. Empty: from that day the value of the whole "
            "provider holds again, or else the default.",
            "starts_on": "It holds from this day until a later value of the same begins. For another value from a "
            "later day on, add one and leave this one, which the days before keep.",
        }

    def refusal(self, data: dict[str, Any]) -> Refusal | None:
        return rules.may_set_policy(self.user, data.get("program"), timezone.localdate())


class HeadingFilter(admin.SimpleListFilter):
    title = "heading"
    parameter_name = "heading"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(number), heading) for number, heading in enumerate(SECTIONS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PolicyValue]) -> QuerySet[PolicyValue]:
        headings = {str(number): keys for number, keys in enumerate(SECTIONS.values())}
        keys = headings.get(self.value() or "")
        return queryset if keys is None else queryset.filter(key__in=[key.name for key in keys])


@admin.register(PolicyValue)
class PolicyValueAdmin(ReachAdmin):
    form = PolicyValueForm
    fields = ["program", "key", "value", "starts_on", "citation", "is_confirmed"]
    list_display = ["label", "shown", "program", "begins", "state", "citation"]
    list_filter = [("program", RelatedOnly), HeadingFilter, "is_confirmed"]
    list_select_related = ["program"]
    empty_value_display = "Whole provider"
    search_fields = ["key", "citation", "program__name"]
    autocomplete_fields = ["program"]
    ordering = ["key", "program__name", "starts_on"]
    actions = ["confirm"]
    change_list_template = "admin/programs/policyvalue/change_list.html"
    nothing_yet = "No value is set, so the defaults hold. Start from the preset of your state or payer, or add a value."

    def get_urls(self) -> list[URLPattern]:
        preset = path("preset/", self.admin_site.admin_view(self.preset_view), name="programs_policyvalue_preset")
        return [preset, *super().get_urls()]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if isinstance(obj, PolicyValue) and obj.program_id is None:
            allowed = request.user.has_perm("programs.change_policyvalue")
            return allowed and rules.may_set_for_all(request.user, timezone.localdate()) is None
        return super().has_change_permission(request, obj)

    def preset_view(self, request: HttpRequest) -> HttpResponse:
        """Choose a preset (GET), see what it would change (GET), write it (POST)."""
        if not self.has_add_permission(request) or not self.has_change_permission(request):
            raise PermissionDenied
        user, day = acting(request), timezone.localdate()
        form = PresetForm(request.GET if "preset" in request.GET else None, user=user, day=day, initial=_asked(request))
        confirm = ApplyPresetForm(request.POST if request.method == "POST" else None, user=user, day=day)
        if confirm.is_valid() and confirm.saved(by=user):
            written = len(confirm.result)
            self.message_user(request, f"{written} {'value' if written == 1 else 'values'} written, to be confirmed.")
            data = confirm.cleaned_data
            return HttpResponseRedirect(actions.address(data["program"], data["starts_on"]))
        confirm.issue_keys(by=user)
        shown = confirm if confirm.is_bound else form
        context = {
            **self.admin_site.each_context(request),
            "title": "Start from a preset",
            "opts": self.opts,
            "form": shown,
            "confirm": confirm,
        }
        status = 422 if shown.is_bound and shown.errors else 200
        return TemplateResponse(request, "admin/programs/policyvalue/preset.html", context, status=status)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Also by what people read: the label of a key."""
        found, has_twice = super().get_search_results(request, queryset, search_term)
        words = search_term.casefold().split()
        named = [name for name, key in KEYS.items() if words and all(word in key.label.casefold() for word in words)]
        return found | queryset.filter(key__in=named), has_twice

    @admin.action(description="Confirm: checked against the source", permissions=["change"])
    def confirm(self, request: HttpRequest, values: QuerySet[PolicyValue]) -> None:
        """The provider has compared them with what their citation names."""
        try:
            chosen = list(values.values_list("pk", flat=True))
            confirmed = actions.confirm_values(ids=chosen, by=acting(request), day=timezone.localdate())
        except Refusal as refusal:
            trail.refused(refusal, by=request.user)
            self.message_user(request, refusal.sentence, messages.ERROR)
        else:
            self.message_user(request, f"{len(confirmed)} of {len(chosen)} marked as confirmed.")

    @admin.display(description="what", ordering="key")
    def label(self, value: PolicyValue) -> str:
        key = KEYS.get(value.key)
        return str(key) if key else value.key

    @admin.display(description="value")
    def shown(self, value: PolicyValue) -> str:
        key = KEYS.get(value.key)
        return key.shown(value.value) if key and value.value else value.value or "falls back"

    @admin.display(description="from", ordering="starts_on")
    def begins(self, value: PolicyValue) -> str:
        return date_format(value.starts_on, "M j, Y")

    @admin.display(description="source", ordering="is_confirmed")
    def state(self, value: PolicyValue) -> str:
        return "confirmed" if value.is_confirmed else "to be confirmed"

    def view_on_site(self, value: PolicyValue) -> str | None:
        """The policy page of the value's program."""
        return actions.address(value.program, value.starts_on) if value.program else None


def _asked(request: HttpRequest) -> dict[str, str]:
    """The program a link to the page names."""
    return {name: request.GET[name] for name in ("program",) if name in request.GET}
