from django.urls import path

from . import views

urlpatterns = [
    path("patients/", views.patients, name="patients"),
    path("patients/search/", views.search, name="patient_search"),
    path("patients/new/", views.new, name="patient_new"),
    path("episodes/<int:pk>/accept/", views.accept, name="episode_accept"),
]
