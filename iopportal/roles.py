"""Who may do what: the table of DESIGN's access section, as permissions of the role groups.

A permission says that a role may do a thing at all; which rows it may do it to is each queryset's `visible_to`.
"""

from django.contrib.auth.models import Group, Permission

from staff.choices import Role

DIRECTOR, CLINICIAN, INTERN = Role.DIRECTOR, Role.CLINICIAN, Role.INTERN
CASE_MANAGER, MEDICAL = Role.CASE_MANAGER, Role.MEDICAL
FRONT_DESK, BILLING = Role.FRONT_DESK, Role.BILLING

ROLES_BY_PERMISSION: dict[str, set[Role]] = {
    "staff.add_user": {DIRECTOR},
    "staff.change_user": {DIRECTOR},
    "staff.use_admin": {DIRECTOR},
    "staff.view_user": {DIRECTOR},
    "staff.add_credential": {DIRECTOR},
    "staff.change_credential": {DIRECTOR},
    "staff.view_credential": {DIRECTOR},
    "staff.add_credentialtype": {DIRECTOR},
    "staff.change_credentialtype": {DIRECTOR},
    "staff.view_credentialtype": {DIRECTOR},
    "staff.add_supervision": {DIRECTOR},
    "staff.change_supervision": {DIRECTOR},
    "staff.view_supervision": {DIRECTOR},
    "staff.add_timeaway": {DIRECTOR},
    "staff.change_timeaway": {DIRECTOR},
    "staff.view_timeaway": {DIRECTOR},
    "programs.add_closure": {DIRECTOR},
    "programs.change_closure": {DIRECTOR},
    "programs.view_closure": {DIRECTOR},
    "programs.add_group": {DIRECTOR},
    "programs.change_group": {DIRECTOR},
    "programs.view_group": {DIRECTOR},
    "programs.add_groupleader": {DIRECTOR},
    "programs.change_groupleader": {DIRECTOR},
    "programs.view_groupleader": {DIRECTOR},
    "programs.add_groupslot": {DIRECTOR},
    "programs.change_groupslot": {DIRECTOR},
    "programs.view_groupslot": {DIRECTOR},
    "programs.add_track": {DIRECTOR},
    "programs.change_track": {DIRECTOR},
    "programs.view_track": {DIRECTOR},
    "programs.add_trackphase": {DIRECTOR},
    "programs.change_trackphase": {DIRECTOR},
    "programs.view_trackphase": {DIRECTOR},
    "programs.add_location": {DIRECTOR},
    "programs.change_location": {DIRECTOR},
    "programs.view_location": {DIRECTOR},
    "programs.add_policyvalue": {DIRECTOR},
    "programs.change_policyvalue": {DIRECTOR},
    "programs.view_policyvalue": {DIRECTOR},
    "programs.add_posting": {DIRECTOR},
    "programs.change_posting": {DIRECTOR},
    "programs.view_posting": {DIRECTOR},
    "programs.add_program": {DIRECTOR},
    "programs.change_program": {DIRECTOR},
    "programs.view_program": {DIRECTOR},
    "programs.add_room": {DIRECTOR},
    "programs.change_room": {DIRECTOR},
    "programs.view_room": {DIRECTOR},
    "programs.add_servicetype": {DIRECTOR},
    "programs.change_servicetype": {DIRECTOR},
    "programs.view_servicetype": {DIRECTOR},
    "programs.add_accreditation": {DIRECTOR},
    "programs.change_accreditation": {DIRECTOR},
    "programs.view_accreditation": {DIRECTOR},
    "programs.add_curriculum": {DIRECTOR},
    "programs.change_curriculum": {DIRECTOR},
    "programs.view_curriculum": {DIRECTOR},
    "programs.add_topic": {DIRECTOR},
    "programs.change_topic": {DIRECTOR},
    "programs.view_topic": {DIRECTOR},
    "programs.change_leadrule": {DIRECTOR},
    "programs.view_leadrule": {DIRECTOR},
    "programs.read_policy": set(Role),
    "programs.staff_program": {DIRECTOR},
    "patients.find_patients": {DIRECTOR, CLINICIAN, INTERN, CASE_MANAGER, MEDICAL, FRONT_DESK, BILLING},
    "patients.view_chart": {DIRECTOR, CLINICIAN, INTERN, CASE_MANAGER, MEDICAL, FRONT_DESK, BILLING},
    "patients.see_whole_programs": {DIRECTOR, CLINICIAN, INTERN, MEDICAL, FRONT_DESK, BILLING},
    "patients.add_episode": {DIRECTOR, CLINICIAN, MEDICAL, FRONT_DESK},
    "patients.accept_episode": {DIRECTOR, CLINICIAN, MEDICAL},
    "patients.be_primary": {DIRECTOR, CLINICIAN, MEDICAL},
    "plans.view_plan": {DIRECTOR, CLINICIAN, INTERN, CASE_MANAGER, MEDICAL},
    "plans.write_plan": {DIRECTOR, CLINICIAN, INTERN, MEDICAL},
    "scheduling.add_attendancestatus": {DIRECTOR},
    "scheduling.change_attendancestatus": {DIRECTOR},
    "scheduling.view_attendancestatus": {DIRECTOR},
    "scheduling.view_schedule": set(Role),
    "scheduling.manage_schedule": {DIRECTOR, FRONT_DESK},
    "scheduling.book_session": {DIRECTOR, CLINICIAN, CASE_MANAGER, MEDICAL, FRONT_DESK},
    "scheduling.add_member": {DIRECTOR, CLINICIAN, FRONT_DESK},
    "scheduling.lead_session": {DIRECTOR, CLINICIAN, INTERN, CASE_MANAGER, MEDICAL},
    "scheduling.log_attendance": {DIRECTOR, CLINICIAN, INTERN, CASE_MANAGER, MEDICAL},
    "scheduling.take_over_session": {DIRECTOR, CLINICIAN, INTERN},
    "scheduling.see_group_themes": set(Role) - {FRONT_DESK},
    "scheduling.record_arrival": {DIRECTOR, CLINICIAN, INTERN, CASE_MANAGER, MEDICAL, FRONT_DESK},
}


def seed_roles(*, using: str = "default") -> None:
    """Make one group for each role and give it exactly the permissions of the table."""
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for role in Role:
        group, _ = Group.objects.using(using).get_or_create(name=role.value)
        group.permissions.set(permissions[name] for name, roles in ROLES_BY_PERMISSION.items() if role in roles)
