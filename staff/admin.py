"""Staff accounts in the admin. A director adds people, gives roles, sends links; nobody deletes an account."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from web import trail
from web.admin import PortalModelAdmin
from web.refusals import Refusal, require

from . import actions, rules
from .choices import Role
from .models import User


def acting(request: HttpRequest) -> User:
    """Who is at the admin; its door has let nobody in who is signed out."""
    return cast("User", request.user)


class UserForm(forms.ModelForm):
    """A person's name, hours and roles; neither password nor superuser stands here."""

    roles = forms.MultipleChoiceField(
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What the person may do here. Only an administrator gives Clinical director and Auditor.",
    )
    acting: User

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "full_time_equivalent"]
        labels = {"username": "User name", "email": "E-mail"}
        help_texts = {
            "username": "What the person signs in with. Letters, digits and @ . + - _; it cannot be changed later.",
            "email": "For notices that name no patient. May stay empty.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = self.instance.roles if self.instance.pk else []
        self.fields["roles"].initial = [role.value for role in held]
        if self.instance.pk == self.acting.pk:
            self.fields["roles"].disabled = True
            self.fields["roles"].help_text = "Nobody changes their own roles. Ask another director."

    def clean_username(self) -> str:
        name = User.normalize_username(self.cleaned_data["username"]).lower()
        if User.objects.filter(username=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Someone here has this user name already. Choose another.", code="taken")
        return name

    def clean_roles(self) -> list[Role]:
        roles = [Role(value) for value in self.cleaned_data["roles"]]
        refusal = rules.may_set_roles(self.acting, self.instance, roles)
        if refusal is not None:
            trail.refused_at_form(refusal, by=self.acting)
            raise forms.ValidationError(refusal.sentence, code=refusal.code)
        return roles


class RoleFilter(admin.SimpleListFilter):
    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(role.value, str(role.label)) for role in Role]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        role = self.value()
        return queryset.filter(pk__in=User.objects.with_role(Role(role))) if role in Role.values else queryset


@admin.register(User)
class UserAdmin(PortalModelAdmin):
    form = UserForm
    change_form_template = "staff/admin_user.html"
    list_display = ["name", "user_name", "role_names", "full_time_equivalent", "is_active", "last_login"]
    list_filter = ["is_active", RoleFilter]
    search_fields = ["username", "first_name", "last_name"]
    ordering = ["last_name", "first_name", "pk"]
    actions = ["send_link", "deactivate", "activate"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def offered(self, request: HttpRequest, rows: QuerySet[User]) -> QuerySet[User]:
        """Offer to other pages only people who work here."""
        return rows.filter(is_active=True)

    @admin.display(description="name", ordering="last_name")
    def name(self, user: User) -> str:
        return user.get_full_name() or "not yet given"

    @admin.display(description="user name", ordering="username")
    def user_name(self, user: User) -> str:
        return user.username

    @admin.display(description="roles")
    def role_names(self, user: User) -> str:
        names = [str(role.label) for role in user.roles]
        return ", ".join(["Administrator", *names] if user.is_superuser else names) or "none"

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return ["username", "first_name", "last_name", "email", "full_time_equivalent", "roles"]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return ["username"] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self.may_manage(request, obj) is None)

    def may_manage(self, request: HttpRequest, user: User) -> Refusal | None:
        """May who is at the admin rename, invite and close this account? A room above adds where the person works."""
        return rules.may_manage(acting(request), user)

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["fields"] = [name for name in UserForm.Meta.fields if obj is None or name != "username"]
        form = super().get_form(request, obj, change=change, **kwargs)
        form.acting = acting(request)
        return form

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.password = make_password(None)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "roles" in form.cleaned_data:
            actions.set_roles(user=form.instance, roles=form.cleaned_data["roles"], by=acting(request))

    @admin.action(description="Make a new invitation link", permissions=["change"])
    def send_link(self, request: HttpRequest, users: QuerySet[User]) -> HttpResponse | None:
        """The link is shown once, here; the one before it ends."""
        links = []
        for user in users[:20]:
            try:
                require(rules.may_invite(acting(request), user), self.may_manage(request, user))
                token = actions.invite(user=user, by=acting(request))
            except Refusal as refusal:
                trail.refused(refusal, by=request.user)
                messages.error(request, f"{user}: {refusal.sentence}")
                continue
            links.append((user, request.build_absolute_uri(reverse("invitation", args=[token]))))
        if not links:
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Invitation links",
            "opts": self.opts,
            "links": links,
        }
        return TemplateResponse(request, "staff/admin_links.html", context)

    @admin.action(description="Deactivate and sign out everywhere", permissions=["change"])
    def deactivate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            refusal = rules.may_deactivate(acting(request), user) or self.may_manage(request, user)
            self.carry_out(request, user, refusal, actions.deactivate, "deactivated")

    @admin.action(description="Activate again", permissions=["change"])
    def activate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            self.carry_out(request, user, self.may_manage(request, user), actions.activate, "active")

    def carry_out(self, request: HttpRequest, user: User, refusal: Refusal | None, verb: Any, state: str) -> None:
        if refusal is not None:
            trail.refused(refusal, by=request.user)
            messages.error(request, f"{user}: {refusal.sentence}")
            return
        verb(user=user, by=acting(request))
        messages.success(request, f"{user} is {state}.")
