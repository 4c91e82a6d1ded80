"""Who may do what to an account, a license, a time away."""

from collections.abc import Iterable
from datetime import date

from web.refusals import Refusal

from .choices import Role
from .licenses import in_words
from .models import Credential, TimeAway, User

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


def may_vouch(by: User, credential: Credential) -> Refusal | None:
    """Nobody vouches for a license of their own: neither that it was looked up, nor that its renewal was filed."""
    if by.pk != credential.user_id:
        return None
    return Refusal(
        "Nobody verifies their own license or records their own renewal. Ask another director.",
        code="own_license",
        rule="R-30",
        about=credential,
    )


def may_enter_license(by: User, whose: User) -> Refusal | None:
    """Nobody enters or prolongs a license of their own: it would silence its own warnings (R-30, R-31)."""
    if by.pk != whose.pk:
        return None
    return Refusal(
        "Nobody enters or changes their own license. Give another director what shows it.",
        code="own_license",
        rule="R-30",
    )


def renewal_is_shown(credential: Credential, evidence: str) -> Refusal | None:
    """A filed renewal carries a license that ends, and something shows it (R-30)."""
    if credential.expires_on is None:
        return Refusal(
            "This license does not expire, so there is nothing to renew. Give its last day first.",
            code="no_end",
            rule="R-30",
            field="renewal_filed_today",
            about=credential,
        )
    if not evidence.strip():
        return Refusal(
            "Write what shows it, such as the board's receipt number.",
            code="no_evidence",
            rule="R-30",
            field="evidence",
            about=credential,
        )
    return None


def may_take_back(away: TimeAway, day: date) -> Refusal | None:
    """What has begun stays on the record; what has not can be taken back."""
    if away.starts_on > day:
        return None
    return Refusal(
        f"This time away began on {in_words(away.starts_on)} and stays on the record. Change its last day instead.",
        code="has_begun",
        about=away,
    )
