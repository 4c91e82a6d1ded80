"""Plain makers of people; every room's tests use them."""

import time
from datetime import date
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from audit.models import Event
from staff.choices import Role
from staff.models import Credential, CredentialType, Supervision, TimeAway, User
from staff.seeds import seed_credential_types

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


def make_credential(user: User, type: str = "LCSW", **fields: Any) -> Credential:  # noqa: A002 - as the field is named
    """A New Jersey license of a shipped type, valid from 2025 without an end unless said."""
    seed_credential_types()
    defaults = {"state": "NJ", "issued_on": date(2025, 1, 1)}
    return Credential.objects.create(user=user, type=CredentialType.objects.get(name=type), **(defaults | fields))


def make_supervision(supervisee: User, supervisor: User, **fields: Any) -> Supervision:
    """From 2025 on, without an end, unless said."""
    defaults = {"starts_on": date(2025, 1, 1)}
    return Supervision.objects.create(supervisee=supervisee, supervisor=supervisor, **(defaults | fields))


def make_time_away(user: User, starts_on: date, ends_on: date | None = None, **fields: Any) -> TimeAway:
    """One day of vacation unless said."""
    return TimeAway.objects.create(user=user, starts_on=starts_on, ends_on=ends_on or starts_on, **fields)


def make_app(user: User) -> str:
    """Give the user an authenticator app; gives its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def make_recovery_codes(user: User) -> list[str]:
    return RecoveryCodes.activate(user).get_unused_codes()


def code_of(secret: str) -> str:
    """The code that the app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client: Client, user: User, password: str = PASSWORD) -> HttpResponse:
    """Sign in by the page, as a person does."""
    return client.post(reverse("account_login"), {"login": user.username, "password": password})


def events(action: str) -> list[Event]:
    """The audit events of one action, oldest first."""
    return list(Event.objects.filter(action=f"staff.{action}").order_by("sequence"))
