"""Staff: one page for a person's account, licenses, supervision, time away and postings."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join

from programs import colleagues, policy, rules
from programs.licenses import sentences
from programs.models import Location, Posting, Program
from programs.querysets import not_retired
from staff.admin import UserAdmin, acting
from staff.models import Credential, CredentialType, Supervision, TimeAway, User
from web.admin import KnownRows, PlainFields, changed
from web.refusals import Refusal

from .bases import ReachAdmin, ReachForm, RelatedOnly
from .licenses import CredentialPages, settle
from .persons import AwayForm, CredentialForm, SupervisionForm, filled_in_by


class PostingForm(ReachForm):
    def refusal(self, data: dict[str, Any]) -> Refusal | None:
        if not self.has_changed():
            return None
        theirs = {data["user"], getattr(self.instance, "user", data["user"])}
        own = [rules.may_post(self.user, user, is_deputy=data["is_deputy"]) for user in theirs]
        return next(filter(None, own), None) or super().refusal(data)


class PersonsInline(PlainFields, admin.StackedInline):
    """Rows of a person on the person's page. They end by their dates; nothing is deleted."""

    formset = KnownRows
    extra = 0
    can_delete = False

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form = filled_in_by(request, formset.form)
        return formset


def is_own(request: HttpRequest, person: Model | None) -> bool:
    return person is not None and person.pk == request.user.pk


class CredentialFormSet(KnownRows):
    """A person's licenses: how each stands, and which types there are, is asked once for all."""

    @cached_property
    def choices(self) -> list[tuple[Any, str]]:
        own = [row.type_id for row in self.get_queryset()]
        types = CredentialType.objects.filter(not_retired(timezone.localdate()) | Q(pk__in=own))
        return [("", "Choose"), *((one.pk, str(one)) for one in types)]

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return super().get_form_kwargs(index) | {"choices": self.choices}

    def get_queryset(self) -> QuerySet[Any]:
        rows: Any = super().get_queryset()
        if not hasattr(self, "said"):
            day = timezone.localdate()
            self.said = sentences(rows, day=day, book=policy.book([], day))
        for row in rows:
            row.said = self.said[row.pk]
        return rows


class CredentialInline(CredentialPages, PersonsInline):
    model = Credential
    fk_name = "user"
    form = CredentialForm
    formset = CredentialFormSet
    readonly_fields = CredentialPages.derived
    fieldsets = [
        (None, {"fields": [("type", "state", "number"), ("issued_on", "expires_on"), "standing"]}),
        ("Looked up at the board", {"fields": [("verification", "looked_up")]}),
        ("Renewal", {"classes": ["collapse"], "fields": ["renewal", ("renewal_filed_today", "evidence")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user", "type", "verified_by", "renewal_filed_by")

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:  # type: ignore[override]
        return super().has_add_permission(request, obj) and not is_own(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and not is_own(request, obj)


class SupervisionInline(PersonsInline):
    model = Supervision
    fk_name = "supervisee"
    form = SupervisionForm
    fields = ["supervisor", ("starts_on", "ends_on")]
    autocomplete_fields = ["supervisor"]
    verbose_name = "supervisor"
    verbose_name_plural = "supervised by"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("supervisee", "supervisor")


class TimeAwayInline(PersonsInline):
    model = TimeAway
    fk_name = "user"
    form = AwayForm
    fields = [("starts_on", "ends_on"), "kind"]
    verbose_name_plural = "time away, now and to come"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(ends_on__gte=timezone.localdate()).select_related("user")


class PostingInline(PersonsInline):
    """Where the person works, as far as the director directs it; nobody's own."""

    model = Posting
    fk_name = "user"
    form = PostingForm
    fields = [("program", "location"), ("starts_on", "ends_on"), "is_deputy"]
    verbose_name_plural = "postings: where the person works"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form = type("PostingForm", (formset.form,), {"user": request.user})
        return formset

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.directed_by(request.user, timezone.localdate()).select_related("user", "program", "location")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model in {Program, Location}:
            kwargs["queryset"] = db_field.related_model.objects.directed_by(request.user, timezone.localdate())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:  # type: ignore[override]
        return super().has_add_permission(request, obj) and self._is_theirs(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_theirs(request, obj)

    def _is_theirs(self, request: HttpRequest, obj: Model | None) -> bool:
        return acting(request).is_superuser or not is_own(request, obj)


admin.site.unregister(User)


@admin.register(User)
class ColleagueAdmin(UserAdmin):
    """Staff accounts, each managed by who directs everywhere the person works."""

    inlines = [PostingInline, CredentialInline, SupervisionInline, TimeAwayInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        seen = colleagues.seen_by(acting(request), timezone.localdate())
        return super().get_queryset(request).filter(pk__in=seen.values("pk"))

    def looked_up(self, request: HttpRequest, term: str, field: Any) -> QuerySet[User]:
        """People by name, as far as one sees them; to post somebody, or as a supervisor, from elsewhere too."""
        elsewhere = (field.model, field.name) in {(Posting, "user"), (Supervision, "supervisor")}
        rows = self.get_queryset(request)
        if elsewhere and len(term.strip()) >= colleagues.FEWEST_LETTERS:
            rows = User.objects.all()
        found: QuerySet[User] = self.get_search_results(request, rows, term)[0]
        return colleagues.named(found).order_by(*self.ordering)

    def may_manage(self, request: HttpRequest, user: User) -> Refusal | None:
        return super().may_manage(request, user) or rules.may_lead(acting(request), user, timezone.localdate())

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """A new person is saved first: what belongs to them comes on the page after."""
        return list(self.inlines) if obj else []

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        user, first, last, email, full_time, roles = super().get_fields(request, obj)
        return [user, (first, last), (email, full_time), roles, *(["supervises"] if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "supervises"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> User | None:
        """SECURITY: somebody may supervise where whoever looks does not direct."""
        found: User | None = super().get_object(request, object_id, from_field)
        if found:
            rows = Supervision.objects.filter(supervisor=found, supervisee__in=self.get_queryset(request).values("pk"))
            found.supervision_in_sight = rows  # type: ignore[attr-defined]
        return found

    @admin.display(description="supervises")
    def supervises(self, user: User) -> str:
        own = getattr(user, "supervision_in_sight", Supervision.objects.none())
        rows = own.active_on(timezone.localdate()).select_related("supervisee")
        links = [(reverse("admin:staff_user_change", args=[row.supervisee_id]), row.supervisee) for row in rows]
        return format_html_join(", ", '<a href="{}">{}</a>', links) or "nobody today"

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """Lead to the person's page, and say what is still to do there."""
        if {"_popup", "_addanother"} & set(request.POST):
            return super().response_add(request, obj, post_url_continue)
        messages.success(
            request,
            format_html(
                "{} is added and cannot sign in yet. Next, on this page: <a href='#postings-group'>a posting</a> says "
                "where they work, <a href='#credentials-group'>a credential</a> what they may lead, and "
                "<a href='#invite'>an invitation link</a> lets them sign in.",
                obj,
            ),
        )
        return HttpResponseRedirect(reverse("admin:staff_user_change", args=[obj.pk]))

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """The account's own changes; each row below it has events of its own."""
        return super().construct_change_message(request, form, [], add)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save()
        for row in formset.forms:
            if not row.has_changed():
                continue
            self.note(
                request, row.instance, "added" if row.instance in formset.new_objects else "changed", [changed(row)]
            )
            if isinstance(row, CredentialForm):
                settle(request, row)


@admin.register(Posting)
class PostingAdmin(ReachAdmin):
    form = PostingForm
    fields = ["user", "program", "location", "starts_on", "ends_on", "is_deputy"]
    nothing_yet = "No posting yet. Without one a person sees nothing: add where each person works, and from which day."
    list_display = ["user", "reach", "starts_on", "ends_on", "is_deputy"]
    list_filter = ["is_deputy", ("program", RelatedOnly), ("location", RelatedOnly)]
    list_select_related = ["user", "program", "location"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    autocomplete_fields = ["user", "program"]
    ordering = ["user__last_name", "user__first_name", "starts_on"]
