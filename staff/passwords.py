"""Passwords that others would try first: shipped phrases of fifteen characters or more, and what gives itself away."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

DEMO_PASSWORD = "demo-Portal-2026"  # noqa: S105 (published; refused outside the demo)
KNOWN = Path(__file__).parent / "known_passwords.txt"
PORTAL_NAMES = ("iopportal", "intensiveoutpatient")


class KnownPasswordValidator:
    """Refuses passwords that are on the shipped list, name the portal or the person, or repeat one short piece."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with a sentence that says what to do."""
        plain = folded(password)
        if plain == folded(DEMO_PASSWORD) and not settings.DEMO:
            raise ValidationError("This is the demo's password, which everyone knows. Choose another.", code="demo")
        if plain in known_passwords() or password.lower() in known_passwords():
            raise ValidationError("This password is on lists that attackers use. Choose another.", code="known")
        if any(name in plain for name in PORTAL_NAMES):
            raise ValidationError("Leave the portal's name out of the password.", code="portal")
        name = folded(getattr(user, "username", "") or "")
        if len(name) > 2 and name in plain:  # noqa: PLR2004 (a shorter name is part of many words)
            raise ValidationError("Leave your user name out of the password.", code="name")
        if repeats(plain):
            raise ValidationError(
                "This password repeats one short piece. Use four or more words instead.", code="repeats"
            )

    def get_help_text(self) -> str:
        return "Four or more words that do not belong together make a good password. Leave names out."


def folded(password: str) -> str:
    """The password in lower case, letters and digits only, so that a dash or a capital does not hide a known one."""
    return "".join(character for character in password.lower() if character.isalnum())


def repeats(plain: str) -> bool:
    """Whether the text is a piece of at most six characters, said again and again."""
    return re.fullmatch(r"(.{1,6}?)\1{2,}.{0,5}", plain) is not None


@cache
def known_passwords() -> frozenset[str]:
    return frozenset(line.strip() for line in KNOWN.read_text().splitlines() if line.strip())
