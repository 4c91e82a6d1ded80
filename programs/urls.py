from django.urls import path

from . import views

urlpatterns = [
    path("programs/<int:program_id>/policy/", views.program_policy, name="program_policy"),
]
