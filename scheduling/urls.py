from django.urls import path

from .views import groups, opening, sessions, staffing

urlpatterns = [
    path("programs/<int:program_id>/opening/", opening.program_opening, name="program_opening"),
    path(
        "programs/<int:program_id>/opening/withdraw/",
        opening.program_opening_withdraw,
        name="program_opening_withdraw",
    ),
    path("groups/", groups.groups, name="groups"),
    path("groups/<int:group_id>/", groups.group, name="group"),
    path("groups/<int:group_id>/members/add/", groups.member_add, name="member_add"),
    path("groups/<int:group_id>/members/<int:membership_id>/leave/", groups.member_leave, name="member_leave"),
    path("sessions/new/", sessions.session_new, name="session_new"),
    path("sessions/<int:session_id>/", sessions.session, name="session"),
    path("sessions/<int:session_id>/attendance/", sessions.attendance, name="attendance"),
    path("sessions/<int:session_id>/lead/", sessions.lead, name="lead"),
    path("programs/<int:program_id>/staffing/", staffing.program_staffing, name="program_staffing"),
]
