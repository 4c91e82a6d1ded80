"""Makes the demo provider. Deterministic: the same arguments give the same rows."""

import base64
import datetime as dt
import hashlib

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import transaction

from audit.actions import record
from staff.models import User

from .cast import CAST, PASSWORD


class DatabaseNotEmpty(Exception):
    """The demo refuses a database that holds other data."""


@transaction.atomic
def fill(*, today: dt.date, mfa: bool = False) -> dict[str, str]:
    """Make the whole demo as of `today`; with `mfa` give each of the cast a TOTP secret.

    Returns the secrets by sign-in name (empty without `mfa`). Raises DatabaseNotEmpty where there are accounts already.
    """
    if User.objects.exists():
        raise DatabaseNotEmpty("This database already holds accounts. Load the demo into an empty one; nothing was changed.")
    make_cast()
    secrets = give_second_factors() if mfa else {}
    record(action="demo.loaded", by=None, content={"today": today.isoformat()})
    return secrets


def make_cast() -> None:
    """The accounts, each in the group of its role."""
    groups = {group.name: group for group in Group.objects.all()}
    hashed = User(username="demo")
    hashed.set_password(PASSWORD)
    users = User.objects.bulk_create(
        User(
            username=member.username,
            first_name=member.first_name,
            last_name=member.last_name,
            email=f"{member.username}@demo.invalid",
            password=hashed.password,
            is_superuser=member.role is None,
        )
        for member in CAST
    )
    membership = User.groups.through
    membership.objects.bulk_create(
        membership(user=user, group=groups[member.role]) for user, member in zip(users, CAST, strict=True) if member.role
    )


def give_second_factors() -> dict[str, str]:
    """A fixed TOTP secret for each of the cast, derived from the sign-in name."""
    secrets = {}
    for user in User.objects.order_by("pk"):
        secret = base64.b32encode(hashlib.sha256(f"demo-{user.username}".encode()).digest()[:20]).decode()
        data = {"secret": get_adapter().encrypt(secret)}
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
        secrets[user.username] = secret
    return secrets
