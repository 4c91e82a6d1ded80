"""The lead matrix as one grid: who may lead what, every cell a choice, saved together (R-30)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from programs.actions import leads
from programs.choices import LeadRow
from programs.models import LeadRule
from staff.choices import LeadColumn
from web.forms import ActionForm, VersionField

from .bases import EverybodysAdmin

LONGEST = 600


class GridForm(ActionForm):
    """A choice for each cell, and what the page showed of all, so that only what was changed here is set."""

    shown = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST)
    version = VersionField()

    def __init__(self, *args: Any, codes: dict[leads.Cell, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({"shown": ",".join(codes.values()), "version": leads.version_of(codes)})
        for number, (cell, code) in enumerate(codes.items()):
            name = leads.name_of(cell)
            self.fields[f"cell-{number}"] = forms.ChoiceField(
                choices=list(leads.CODES.items()),
                initial=code,
                label=name,
                widget=forms.Select(attrs={"aria-label": name}),
                error_messages={"required": f"{name}: choose an answer.", "invalid_choice": f"{name}: not an answer."},
            )

    def clean_shown(self) -> dict[leads.Cell, str]:
        codes = self.cleaned_data["shown"].split(",")
        if len(codes) != len(leads.CELLS) or set(codes) - set(leads.CODES):
            raise forms.ValidationError("This page has lost what it showed. Open the grid again and repeat the change.")
        return dict(zip(leads.CELLS, codes, strict=True))

    def save(self, *, by: Any) -> list[str]:
        data = self.cleaned_data
        cells = {cell: data[f"cell-{number}"] for number, cell in enumerate(leads.CELLS)}
        day = timezone.localdate()
        return leads.set_lead_rules(cells=cells, shown=data["shown"], version=data["version"], by=by, day=day)

    def rows(self) -> list[tuple[str, list[Any]]]:
        """For each service its cells in the order of the columns: the field, and what is saved, in words."""
        fields = [self[f"cell-{number}"] for number in range(len(leads.CELLS))]
        cells = [(field, leads.CODES[field.initial]) for field in fields]
        width = len(LeadColumn)
        return [(str(row.label), cells[at * width :][:width]) for at, row in enumerate(LeadRow)]


@admin.register(LeadRule)
class LeadRuleAdmin(EverybodysAdmin):
    """The list is the grid; a single cell has only its page to look at, and its history."""

    fields = ["row", "column", "answer", "in_substance_use_only"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_change = self.has_change_permission(request)
        if not (may_change if request.method == "POST" else self.has_view_permission(request)):
            raise PermissionDenied
        if request.GET:  # there is nothing to search or to filter
            return HttpResponseRedirect(reverse("admin:programs_leadrule_changelist"))
        form = GridForm(request.POST or None, codes=leads.codes_of(LeadRule.objects.all()))
        if form.is_valid() and form.saved(by=request.user):
            self._say(request, form.result)
            return HttpResponseRedirect(reverse("admin:programs_leadrule_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Who may lead what",
            "opts": self.opts,
            "form": form,
            "columns": [str(column.label) for column in LeadColumn],
            "may_change": may_change,
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/programs/leadrule/change_list.html", context, status=status)

    def _say(self, request: HttpRequest, changes: list[str]) -> None:
        if not changes:
            messages.info(request, "Nothing was changed.")
            return
        number = "1 answer was" if len(changes) == 1 else f"{len(changes)} answers were"
        messages.success(request, f"{number} changed. {'; '.join(changes)}.")
