"""Who may do what: the table of DESIGN's access section, as permissions of the role groups.

A permission says that a role may do a thing at all; which rows it may do it to is each queryset's `visible_to`.
"""

from django.contrib.auth.models import Group, Permission

from staff.choices import Role

DIRECTOR, CLINICIAN, INTERN = Role.DIRECTOR, Role.CLINICIAN, Role.INTERN

ROLES_BY_PERMISSION: dict[str, set[Role]] = {
    "staff.use_admin": {DIRECTOR},
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
