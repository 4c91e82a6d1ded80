"""Who may do what to an account."""

from collections.abc import Iterable

from web.refusals import Refusal

from .choices import Role
from .models import User

GIVEN_BY_SUPERUSER = {Role.DIRECTOR, Role.AUDITOR}


def may_set_roles(by: User, user: User, roles: Iterable[Role]) -> Refusal | None:
    """Nobody changes their own roles; only a superuser gives or takes director and auditor."""
    changed = set(user.roles) ^ set(roles) if user.pk else set(roles)
    if not changed:
        return None
    if user.pk == by.pk:
        return Refusal("Nobody changes their own roles. Ask another director.", code="own_roles", field="roles")
    withheld = [role.label for role in Role if role in changed & GIVEN_BY_SUPERUSER]
    if withheld and not by.is_superuser:
        return Refusal(
            f"Only an administrator gives or takes the role {' or '.join(withheld)}.", code="withheld", field="roles"
        )
    return None


def may_deactivate(by: User, user: User) -> Refusal | None:
    """Nobody deactivates themselves; only a superuser deactivates a superuser."""
    if user.pk == by.pk:
        return Refusal("You cannot deactivate your own account. Ask another director.", code="self")
    return may_manage(by, user)


def may_manage(by: User, user: User) -> Refusal | None:
    """An account with more power than one's own is not one's to invite, rename or close."""
    if by.is_superuser or user.pk == by.pk:
        return None
    if user.is_superuser or GIVEN_BY_SUPERUSER & set(user.roles):
        return Refusal("Only an administrator manages this account. Ask one of them.", code="above")
    return None


def may_invite(by: User, user: User) -> Refusal | None:
    """A link sets a new password, so nobody makes one for themselves: an open session must not be enough."""
    if user.pk == by.pk:
        return Refusal("Change your own password on your account page instead.", code="self")
    return may_manage(by, user)
