from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.module_loading import import_string

from .views.sign_in import sign_out


@dataclass(frozen=True)
class Step:
    """One kind of row to set up, by its model's label, and what it is for."""

    model: str
    sentence: str


@dataclass(frozen=True)
class Section:
    """A part of the way through the set-up."""

    name: str
    sentence: str
    steps: list[Step]


class Offered(AutocompleteJsonView):
    """What a field that looks for rows offers: of those in sight the ones that may be chosen."""

    def get_queryset(self) -> Any:
        looked_up = getattr(self.model_admin, "looked_up", None)
        if looked_up:
            return looked_up(self.request, self.term, self.source_field)
        rows = super().get_queryset()
        offered = getattr(self.model_admin, "offered", None)
        return offered(self.request, rows) if offered else rows


class PortalAdminSite(AdminSite):
    """The admin for set-up. Its own sign-in, sign-out and password pages lead to the portal's."""

    site_header = "IOP Portal set-up"
    site_title = "IOP Portal set-up"
    index_title = "Set-up"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.has_perm("staff.use_admin")

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Signed out: to the sign-in, and back. Signed in without the permission: refused."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect("admin:index" if request.user.is_authenticated else "account_login")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return sign_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        """The rooms of the code are no parts of the set-up."""
        return redirect("admin:index")

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return Offered.as_view(admin_site=self)(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The sections of the set-up with what the user may open, each with its sentence."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        models = {
            model["model"]._meta.label_lower: model
            for app in super().get_app_list(request)
            for model in app["models"]
            if model["admin_url"]
        }
        sections: list[Section] = import_string(settings.PORTAL_SET_UP)
        found = [
            {
                "name": section.name,
                "app_label": section.name.split()[0].lower(),
                "sentence": section.sentence,
                "models": [
                    {**models[step.model], "sentence": step.sentence} for step in section.steps if step.model in models
                ],
            }
            for section in sections
        ]
        return [section for section in found if section["models"]]

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Nothing: changes stand in the audit trail and on each object's history page."""
        return LogEntry.objects.none()
