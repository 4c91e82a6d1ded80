"""What the set-up pages of this room share: rows in reach, and who may change which."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from programs import rules
from programs.models import Location, Program
from programs.models.places import Retiring
from programs.querysets import not_retired
from web import trail
from web.admin import PortalModelAdmin
from web.refusals import Refusal

RelatedOnly = admin.RelatedOnlyFieldListFilter


class RetiresLater(PortalModelAdmin):
    """A page of rows that may be retired. A new one is not asked when: the field comes on its own page."""

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        found = super().get_fieldsets(request, obj)
        if obj is not None:
            return found
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field != "retired_on"]})
            for name, options in found
        ]


class InReachAdmin(RetiresLater):
    """A page of rows with a scope: one sees what one's postings in charge reach and changes what one directs.

    SECURITY: a deputy's permissions are for one program; where the same person works as something else, nothing shows.

    Fields that look for a row offer no retired one, and no program or place that somebody else directs.
    """

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.set_up_by(request.user, timezone.localdate())

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self._directed(request, self.model).filter(pk=obj.pk).exists())

    def offered(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        if self.model in {Program, Location}:
            rows = rows.filter(pk__in=self._directed(request, self.model).values("pk"))
        return rows.filter(not_retired(today)) if issubclass(self.model, Retiring) else rows

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
            trail.refused_at_form(refusal, by=self.user)
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

    @admin.display(description="for")
    def reach(self, row: Any) -> str:
        """How far a row reaches, in words: a program, a location, or all of it."""
        return str(row.program or row.location or "Whole provider")


class EverybodysAdmin(RetiresLater):
    """A page of rows that hold for the whole provider: changed by who directs all of it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and rules.may_set_for_all(request.user, timezone.localdate()) is None

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and rules.may_set_for_all(request.user, timezone.localdate()) is None
