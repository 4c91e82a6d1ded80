from django.contrib.admin import AdminSite


class PortalAdminSite(AdminSite):
    site_header = "IOP Portal set-up"
