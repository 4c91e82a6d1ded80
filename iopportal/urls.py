from django.contrib import admin
from django.urls import include, path

handler400 = "web.views.bad_request"
handler403 = "web.views.permission_denied"
handler404 = "web.views.not_found"
handler429 = "web.views.too_many_requests"
handler500 = "web.views.server_error"

urlpatterns = [
    path("", include("web.urls")),
    path("account/", include("staff.urls")),
    path("", include("programs.urls")),
    path("", include("patients.urls")),
    path("", include("plans.urls")),
    path("", include("scheduling.urls")),
    path("", include("dashboard.urls")),
    path("admin/", admin.site.urls),
]
