"""The verbs about accounts and licenses: invite, accept, deactivate, verify; and what a sign-in leaves in the trail."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from audit.actions import record
from web.refusals import Refusal, require

from . import lifetime, rules
from .choices import Role
from .models import Credential, Invitation, TimeAway, User

VOUCHED = {"type", "number", "state", "issued_on", "expires_on"}  # what somebody looked up at the board
NOT_VERIFIED = {"verified_on": None, "verified_by": None}
NO_RENEWAL = {"renewal_filed_on": None, "renewal_filed_by": None, "renewal_evidence": ""}


def note(action: str, *, by: User | None, about: User | None = None, outcome: str = "done", **content: object) -> None:
    """Record one event about somebody's account, in the transaction that is open or in one of its own."""
    with transaction.atomic():
        record(action=f"staff.{action}", by=by, about=about or by, outcome=outcome, content=content)


def add_user(
    *,
    username: str,
    by: User | None,
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    roles: Iterable[Role] = (),
    superuser: bool = False,
) -> User:
    """Make an account without a password; only an invitation opens it."""
    with transaction.atomic():
        user = User.objects.create_user(
            username, email, first_name=first_name, last_name=last_name, is_superuser=superuser
        )
        user.groups.set(Group.objects.filter(name__in=list(roles)))
        note("user_added", by=by, about=user, roles=sorted(roles), superuser=superuser)
    return user


def set_roles(*, user: User, roles: Iterable[Role], by: User | None) -> None:
    """Give the user exactly these roles. Who may give which is asked before (`staff.rules.may_set_roles`)."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        before, after = set(user.roles), set(roles)
        if before == after:
            return
        user.groups.set(Group.objects.filter(name__in=after))
        note("roles_changed", by=by, about=user, before=sorted(before), after=sorted(after))


def make_superuser(*, user: User, by: User | None) -> None:
    """Give every permission. Only a command calls this."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_superuser=True)
        note("superuser_made", by=by, about=user)


def invite(*, user: User, by: User | None, at: dt.datetime | None = None) -> str:
    """Make the one link that opens the account for a new password; an older open link ends. Gives the token, once."""
    at = at or timezone.now()
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if not user.is_active:
            raise Refusal("This account is deactivated. Activate it before you send a link.", code="inactive")
        Invitation.objects.filter(user=user, used_at=None, withdrawn_at=None).update(withdrawn_at=at)
        Invitation.objects.create(
            user=user,
            token_hash=hashed(token),
            created_at=at,
            expires_at=at + dt.timedelta(hours=settings.INVITATION_HOURS),
        )
        note("invited", by=by, about=user, hours=settings.INVITATION_HOURS)
    return token


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def accept_invitation(
    *, token: str, password: str, first_name: str = "", last_name: str = "", at: dt.datetime | None = None
) -> User:
    """Set the password, and the name where it is missing. Of two who use one link at once, the second is refused."""
    at = at or timezone.now()
    encoded = make_password(password)  # slow on purpose, so before the lock
    with transaction.atomic():
        invitation = (
            Invitation.objects.live(at)
            .select_for_update(of=("self",), no_key=True)
            .select_related("user")
            .filter(token_hash=hashed(token))
            .first()
        )
        if invitation is None:
            raise Refusal("This link was used, has ended, or never was one.", code="gone")
        invitation.used_at = at
        invitation.save(update_fields=["used_at"])
        user = invitation.user
        user.password = encoded
        user.first_name, user.last_name = user.first_name or first_name, user.last_name or last_name
        user.save(update_fields=["password", "first_name", "last_name"])
        end_sessions(user)
        note("invitation_used", by=user)
    return user


def deactivate(*, user: User, by: User | None) -> None:
    """Close the account and end every session of it at once. Nothing of the person's work changes."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if not user.is_active:
            return
        user.is_active = False
        user.save(update_fields=["is_active"])
        Invitation.objects.filter(user=user, used_at=None, withdrawn_at=None).update(withdrawn_at=timezone.now())
        ended = end_sessions(user)
        note("deactivated", by=by, about=user, sessions_ended=ended)


def activate(*, user: User, by: User | None) -> None:
    """Open the account again. The old password holds; a lost one is replaced by a new link."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if user.is_active:
            return
        user.is_active = True
        user.save(update_fields=["is_active"])
        note("activated", by=by, about=user)


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End the user's sessions, except the one with the key `but`; gives how many."""
    sessions = UserSession.objects.filter(user=user).exclude(session_key=but or "")
    Session.objects.filter(session_key__in=list(sessions.values_list("session_key", flat=True))).delete()
    return sessions.delete()[0]


def sign_out_elsewhere(*, user: User, key: str) -> int:
    """End all of the user's sessions but the one with this key; gives how many."""
    with transaction.atomic():
        ended = end_sessions(user, but=key)
        note("signed_out_elsewhere", by=user, sessions_ended=ended)
    return ended


def lock(*, session: SessionBase, user: User) -> None:
    """Lock a session; its pages open again after the password or a passkey."""
    with transaction.atomic():
        if lifetime.lock(session):
            note("session_locked", by=user)


def unlock(*, session: SessionBase, user: User, how: str) -> None:
    """Open the same session again, under a new key; its absolute end stays."""
    with transaction.atomic():
        old = session.session_key
        session.cycle_key()
        lifetime.unlock(session, int(timezone.now().timestamp()))
        UserSession.objects.filter(session_key=old).update(session_key=session.session_key)
        note("session_unlocked", by=user, how=how)


def verify_credential(*, credential: Credential, by: User, day: dt.date) -> None:
    """Record that `by` looked the license up at its board on `day`; never one's own."""
    with transaction.atomic():
        credential = Credential.objects.select_for_update(of=("self",), no_key=True).get(pk=credential.pk)
        require(rules.may_vouch(by, credential))
        Credential.objects.filter(pk=credential.pk).update(verified_on=day, verified_by=by)
        record(action="staff.credential_verified", by=by, about=credential, content={"on": day.isoformat()})


def file_renewal(*, credential: Credential, evidence: str, by: User, day: dt.date) -> None:
    """Record that the renewal was filed on `day`; it carries the license on for the policy's days of grace (R-30)."""
    with transaction.atomic():
        credential = Credential.objects.select_for_update(of=("self",), no_key=True).get(pk=credential.pk)
        require(rules.may_vouch(by, credential), rules.renewal_is_shown(credential, evidence))
        Credential.objects.filter(pk=credential.pk).update(
            renewal_filed_on=day, renewal_filed_by=by, renewal_evidence=evidence.strip()
        )
        content = {"on": day.isoformat(), "evidence": evidence.strip()}
        record(action="staff.renewal_filed", by=by, about=credential, content=content)


def credential_changed(*, credential: Credential, fields: Iterable[str], by: User) -> list[str]:
    """Take back what no longer fits a license after these fields of it were changed; gives the sentences that say so.

    What was looked up was the old text, and a filed renewal ends with the new last day it brought.
    """
    said: list[str] = []
    cleared: dict[str, Any] = {}
    if VOUCHED & set(fields) and credential.verified_on:
        said.append("It was changed, so it must be looked up at its board again.")
        cleared |= NOT_VERIFIED
    if "expires_on" in fields and credential.renewal_filed_on:
        said.append("It has a new last day, so the filed renewal is settled.")
        cleared |= NO_RENEWAL
    if cleared:
        with transaction.atomic():
            Credential.objects.filter(pk=credential.pk).update(**cleared)
            content = {"cleared": sorted(cleared), "renewal_evidence": credential.renewal_evidence}
            record(action="staff.credential_unsettled", by=by, about=credential, content=content)
    return said


def take_back_time_away(*, away: TimeAway, by: User, day: dt.date) -> None:
    """Remove a time away that has not begun by `day`; the audit trail keeps what it was."""
    with transaction.atomic():
        away = TimeAway.objects.select_for_update(of=("self",), no_key=True).get(pk=away.pk)
        require(rules.may_take_back(away, day))
        content = {
            "user": away.user_id,
            "from": away.starts_on.isoformat(),
            "until": away.ends_on.isoformat(),
            "kind": away.kind,
        }
        record(action="staff.time_away_taken_back", by=by, about=away, content=content)
        away.delete()
