"""A program's own page: what another opening or retirement does to its sessions is shown before it is saved."""

from functools import cached_property
from hashlib import sha256
from typing import Any

from django import forms
from django.utils import timezone

from programs.models import Program
from scheduling.actions import Moved, foresee_opening

DAYS = {"opens_on", "retired_on"}


class ProgramForm(forms.ModelForm):
    """A program; where other days change its sessions, it is saved only under the seal of what was shown."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    class Meta:
        model = Program
        fields: list[str] = []

    def is_valid(self) -> bool:
        """The first submit only looks: the form comes back with what it would do, and without a mistake."""
        return super().is_valid() and self.seal in {"", self.cleaned_data["seen"]}

    @cached_property
    def moved(self) -> Moved | None:
        """What saving would do; None while the form has a mistake, and where it changes no session."""
        if not self.is_bound or self.errors or not self.instance.pk or not DAYS & set(self.changed_data):
            return None
        program, at = self.instance, timezone.now()
        today = timezone.localdate(at, program.location.zone)
        moved = foresee_opening(program=program, was=self.initial["opens_on"], at=at, today=today)
        return moved if moved.says else None

    @property
    def seal(self) -> str:
        if self.moved is None:
            return ""
        days = (self.instance.opens_on, self.instance.retired_on)
        return sha256(repr((days, self.moved.facts)).encode()).hexdigest()

    @property
    def was_seen(self) -> bool:
        """It was confirmed, but something is different by now."""
        return bool(self.data.get("seen"))

    @cached_property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name != "seen"]

    def context(self) -> dict[str, Any]:
        """For the page: the preview with its seal."""
        return {"moved": self.moved, "seal": self.seal, "seen_before": self.was_seen} if self.moved else {}
