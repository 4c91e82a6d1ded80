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
    "patients.find_patients": {DIRECTOR, CLINICIAN, INTERN, CASE_MANAGER, MEDICAL, FRONT_DESK, BILLING},
    "patients.view_chart": {DIRECTOR, CLINICIAN, INTERN, CASE_MANAGER, MEDICAL, FRONT_DESK, BILLING},
    "patients.see_whole_programs": {DIRECTOR, CLINICIAN, INTERN, MEDICAL, FRONT_DESK, BILLING},
    "patients.add_episode": {DIRECTOR, CLINICIAN, MEDICAL, FRONT_DESK},
    "patients.accept_episode": {DIRECTOR, CLINICIAN, MEDICAL},
    "patients.be_primary": {DIRECTOR, CLINICIAN, MEDICAL},
    "plans.view_plan": {DIRECTOR, CLINICIAN, INTERN, CASE_MANAGER, MEDICAL},
    "plans.write_plan": {DIRECTOR, CLINICIAN, INTERN, MEDICAL},
}


def seed_roles(*, using: str = "default") -> None:
    """Make one group for each role and give it exactly the permissions of the table."""
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for role in Role:
        group, _ = Group.objects.using(using).get_or_create(name=role.value)
        group.permissions.set(
            permissions[name] for name, roles in ROLES_BY_PERMISSION.items() if role in roles
        )
