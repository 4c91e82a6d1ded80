"""Plain makers of people; every room's tests use them."""

from django.contrib.auth.models import Group

from staff.choices import Role
from staff.models import User

PASSWORD = "tests-Portal-2026"
NAMES = {
    "admin": ("Ada", "Minne"),
    "dana": ("Dana", "Okafor"),
    "rae": ("Rae", "Lindqvist"),
    "kim": ("Kim", "Duarte"),
    "omar": ("Omar", "Haddad"),
    "ines": ("Ines", "Moreau"),
    "mina": ("Mina", "Sato"),
    "cory": ("Cory", "Whitfield"),
    "ivy": ("Ivy", "Castellan"),
    "bela": ("Bela", "Novak"),
    "axel": ("Axel", "Thorne"),
}


def make_user(
    username: str = "rae", role: Role | None = Role.CLINICIAN, password: str | None = None, **fields: object
) -> User:
    """Someone with a role (None: without any). Without `password` nobody can sign in; use `client.force_login`."""
    first_name, last_name = NAMES.get(username, (username.capitalize(), "Example"))
    user = User.objects.create_user(
        username, password=password, **{"first_name": first_name, "last_name": last_name} | fields
    )
    if role is not None:
        group, _ = Group.objects.get_or_create(name=role.value)
        user.groups.add(group)
    return user
