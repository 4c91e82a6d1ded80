from django.urls import path

from . import views

urlpatterns = [
    path("groups/", views.groups, name="groups"),
    path("groups/<int:group_id>/", views.group, name="group"),
    path("groups/<int:group_id>/members/add/", views.member_add, name="member_add"),
    path("groups/<int:group_id>/members/<int:membership_id>/leave/", views.member_leave, name="member_leave"),
    path("sessions/new/", views.session_new, name="session_new"),
    path("sessions/<int:session_id>/", views.session, name="session"),
    path("sessions/<int:session_id>/attendance/", views.attendance, name="attendance"),
    path("sessions/<int:session_id>/lead/", views.lead, name="lead"),
]
