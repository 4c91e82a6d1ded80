from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from programs import rules
from programs.models import PolicyValue
from programs.policy import KEYS
from web.refusals import Refusal

from .bases import ReachAdmin, ReachForm, RelatedOnly


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
