from django.urls import path

from . import views

urlpatterns = [
    path("account/licenses/", views.own_licenses, name="own_licenses"),
    path("programs/<int:program_id>/policy/", views.program_policy, name="program_policy"),
]
