from django.urls import path

from . import views

urlpatterns = [
    path("", views.today, name="today"),
    path("patients/<int:patient_id>/", views.chart, name="chart"),
    path("worklists/", views.worklists, name="worklists"),
    path("worklists/<slug:name>/", views.worklist, name="worklist"),
    path("staff/<int:user_id>/leaving/", views.leaving, name="leaving"),
]
