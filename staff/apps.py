from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = "Staff"


class AdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "staff.site.PortalAdminSite"
