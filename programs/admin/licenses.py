"""Licenses and their types, supervision and time away, each on a page of its own."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from programs import policy
from programs.licenses import sentences, standing
from staff import actions
from staff.admin import acting
from staff.licenses import License, in_words
from staff.models import Credential, CredentialType, Supervision, TimeAway
from web import trail
from web.refusals import Refusal, require

from .bases import EverybodysAdmin, RelatedOnly
from .persons import AwayForm, CredentialForm, PersonsAdmin, SupervisionForm

WHEN = {"now": "in force today", "later": "to come", "over": "over"}


class StandingFilter(admin.SimpleListFilter):
    """By what is to be done about a license; one that a later one has taken the place of is left out."""

    title = "standing"
    parameter_name = "standing"
    shows: ClassVar[dict[str, tuple[str, Callable[[License], bool]]]] = {
        "expiring": ("ends within the days of warning", lambda one: one.step is not None and not one.has_ended),
        "lapsed": ("lapsed", lambda one: one.is_lapsed),
        "renewal": ("renewal filed", lambda one: one.credential.renewal_filed_on is not None),
        "unverified": ("not verified", lambda one: one.credential.verified_on is None),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in self.shows.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Credential]) -> QuerySet[Credential]:
        shown = self.shows.get(self.value() or "")
        if shown is None:
            return queryset
        day = timezone.localdate()
        found = standing(Credential.objects.select_related("type"), day, policy.book([], day))
        return queryset.filter(pk__in=[one.credential.pk for one in found if shown[1](one)])


class FilledValues(admin.AllValuesFieldListFilter):
    """By the values that rows have, less an empty one: its link would have no name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lookup_choices = self.lookup_choices.exclude(**{self.field_path: ""})


class WhenFilter(admin.SimpleListFilter):
    """Dated rows by today: in force, to come, over."""

    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(WHEN.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        day = timezone.localdate()
        if self.value() == "now":
            return queryset.active_on(day)  # type: ignore[attr-defined]
        later, over = {"starts_on__gt": day}, {"ends_on__lt": day}
        return queryset.filter(**{"later": later, "over": over}.get(self.value() or "", {}))


def settle(request: HttpRequest, form: Any) -> None:
    """After a license is saved: take back what no longer fits it, then record what the form's ticks say."""
    by, day, row, said = acting(request), timezone.localdate(), form.instance, form.cleaned_data
    for sentence in actions.credential_changed(credential=row, fields=form.changed_data, by=by):
        messages.warning(request, f"{row}: {sentence}")
    if said.get("looked_up"):
        actions.verify_credential(credential=row, by=by, day=day)
    if said.get("renewal_filed_today"):
        actions.file_renewal(credential=row, evidence=said["evidence"], by=by, day=day)


class CredentialPages:
    """What a license's own page and its part of a person's page have in common."""

    derived = ("standing", "verification", "renewal")

    @admin.display(description="standing", ordering="expires_on")
    def standing(self, row: Credential) -> str:
        if row._state.adding:
            return "not saved yet"
        day = timezone.localdate()
        return getattr(row, "said", "") or sentences([row], day=day, book=policy.book([], day))[row.pk]

    @admin.display(description="verified")
    def verification(self, row: Credential) -> str:
        return f"{in_words(row.verified_on)}, by {row.verified_by}" if row.verified_on else "not yet"

    @admin.display(description="filed")
    def renewal(self, row: Credential) -> str:
        if row.renewal_filed_on is None:
            return "not filed"
        return f"{in_words(row.renewal_filed_on)}, recorded by {row.renewal_filed_by}: {row.renewal_evidence}"


@admin.register(Credential)
class CredentialAdmin(CredentialPages, PersonsAdmin):
    form = CredentialForm
    fieldsets = [
        (None, {"fields": ["user", "type", "state", "number"]}),
        ("Valid", {"fields": ["issued_on", "expires_on", "standing"]}),
        ("Looked up at the board", {"fields": ["verification", "looked_up"]}),
        ("Renewal", {"fields": ["renewal", "renewal_filed_today", "evidence"]}),
    ]
    list_display = ["user", "type", "number", "standing", "verification"]
    nothing_yet = "No credential yet. Whoever has none on file may lead nothing that needs a leader (R-30)."
    list_filter = [StandingFilter, ("type", RelatedOnly), ("state", FilledValues)]
    list_select_related = ["user", "type"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "number", "type__name"]
    autocomplete_fields = ["user"]
    ordering = ["user__last_name", "user__first_name", "user", "expires_on"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user", "type", "verified_by", "renewal_filed_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *self.derived]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Say how each row of the page stands, with one question for all."""
        changelist: Any = super().get_changelist_instance(request)
        day = timezone.localdate()
        said = sentences(changelist.result_list, day=day, book=policy.book([], day))
        for row in changelist.result_list:
            row.said = said[row.pk]
        return changelist

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        own = isinstance(obj, Credential) and obj.user_id == request.user.pk
        return not own and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Credential, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        settle(request, form)


@admin.register(CredentialType)
class CredentialTypeAdmin(EverybodysAdmin):
    fields = ["name", "title", "column", "retired_on"]
    list_display = ["name", "title", "column", "retired_on"]
    list_filter = ["column"]
    search_fields = ["name", "title"]
    ordering = ["name"]


class Dated:
    """Days of a list with their year."""

    @admin.display(description="from", ordering="starts_on")
    def first(self, row: Any) -> str:
        return in_words(row.starts_on)

    @admin.display(description="until", ordering="ends_on")
    def last(self, row: Any) -> str:
        return in_words(row.ends_on) if row.ends_on else "open"


@admin.register(Supervision)
class SupervisionAdmin(Dated, PersonsAdmin):
    form = SupervisionForm
    person = "supervisee"
    fields = ["supervisee", "supervisor", "starts_on", "ends_on"]
    list_display = ["supervisee", "supervisor", "first", "last"]
    list_filter = [WhenFilter]
    nothing_yet = "No supervision yet. Interns and others who lead under supervision need one, with its dates."
    list_select_related = ["supervisee", "supervisor"]
    search_fields = [
        "supervisee__username", "supervisee__first_name", "supervisee__last_name",
        "supervisor__username", "supervisor__first_name", "supervisor__last_name",
    ]  # fmt: skip
    autocomplete_fields = ["supervisee", "supervisor"]
    ordering = ["supervisee__last_name", "supervisee__first_name", "-starts_on"]


@admin.register(TimeAway)
class TimeAwayAdmin(Dated, PersonsAdmin):
    form = AwayForm
    fields = ["user", "starts_on", "ends_on", "kind"]
    list_display = ["user", "first", "last", "kind"]
    list_filter = [WhenFilter, "kind"]
    nothing_yet = "No time away yet. Add whole days, and the sessions of those days ask for somebody else."
    list_select_related = ["user"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    autocomplete_fields = ["user"]
    ordering = ["-starts_on", "user__last_name", "user__first_name"]
    actions = ["take_back"]

    @admin.action(description="Take back, where it has not begun", permissions=["change"])
    def take_back(self, request: HttpRequest, chosen: QuerySet[TimeAway]) -> None:
        for away in chosen:
            name = f"{away.user}, {in_words(away.starts_on)}"
            try:
                require(self.may_lead(request, away.user))
                actions.take_back_time_away(away=away, by=acting(request), day=timezone.localdate())
            except Refusal as refusal:
                trail.refused(refusal, by=request.user)
                messages.error(request, f"{name}: {refusal.sentence}")
            else:
                messages.success(request, f"{name}: taken back.")
