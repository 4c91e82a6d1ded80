from django.urls import path

from . import views

urlpatterns = [
    path("", views.today, name="today"),
    path("patients/<int:patient_id>/", views.chart, name="chart"),
]
