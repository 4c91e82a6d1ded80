from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from .views.sign_in import sign_out


class PortalAdminSite(AdminSite):
    """The admin for set-up. Its own sign-in, sign-out and password pages lead to the portal's."""

    site_header = "IOP Portal set-up"
    site_title = "IOP Portal set-up"
    index_title = "Set-up"
    site_url = None

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

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Nothing: changes stand in the audit trail and on each object's history page."""
        return LogEntry.objects.none()
