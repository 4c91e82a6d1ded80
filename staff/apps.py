from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin_apps


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = "Staff"


class AdminConfig(admin_apps.SimpleAdminConfig):
    """The admin with our site. It opens what our rooms register and nothing that a library brings along."""

    default = False
    default_site = "staff.site.PortalAdminSite"

    def ready(self) -> None:
        super().ready()
        for room in settings.ROOMS:
            if find_spec(f"{room}.admin"):
                import_module(f"{room}.admin")
