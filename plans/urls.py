from django.urls import path

from . import views

urlpatterns = [
    path("plans/new/", views.new, name="plan_new"),
    path("plans/<int:pk>/", views.plan, name="plan"),
    path("plans/<int:pk>/edit/", views.edit, name="plan_edit"),
]
