from datetime import date
from typing import Any

from django import forms

from programs.actions.opening import SHORTEST_REASON, open_below_minimum
from programs.models import Program
from staff.models import User
from web.forms import ActionForm


class BelowMinimumForm(ActionForm):
    """Why a program opens with fewer weekly hours than the minimum."""

    reason = forms.CharField(
        max_length=200,
        label="Reason",
        help_text=f"At least {SHORTEST_REASON} characters. It stands on this page and in the audit trail (R-25, R-42).",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, program: Program, day: date) -> None:
        super().__init__(data)
        self.program, self.day = program, day

    def save(self, *, by: User) -> Program:
        return open_below_minimum(self.program, reason=self.cleaned_data["reason"], by=by, day=self.day)
