"""The list of licenses: what ends, has ended, is carried by a filed renewal, or was never verified (R-30, R-31)."""

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from programs import policy
from programs.licenses import licenses, warnings
from programs.models import Posting
from staff.licenses import License, of_state
from staff.models import Supervision, User

from .frame import Row

URGENT = 30
CHANGE = "staff.change_credential"
LOOK_UP, ASK = "Look it up at the board that issued it.", "Ask another director to look it up."


def due(user: User, at: datetime) -> list[Row]:
    """One's own licenses, those of one's supervisees, and those of everybody whose postings one directs.

    A director is told of what nobody has verified too; warnings stand first, the most urgent at the top.
    """
    day = timezone.localdate(at)
    directed, supervised = _directed(user, day), _supervised(user, day)
    found = licenses({user.pk, *supervised, *directed}, day=day, book=policy.book([], day))
    urgent = [_warning(one, user, directed) for one in found if one.is_due]
    unverified = [one for one in found if not one.is_due and one.credential.verified_on is None]
    return urgent + [_unverified(one, user) for one in unverified if one.credential.user_id in directed]


def own(user: User, at: datetime) -> list[Row]:
    """One's own licenses to be warned about."""
    day = timezone.localdate(at)
    return [_warning(one, user, set()) for one in warnings([user.pk], day=day, book=policy.book([], day))]


def _warning(one: License, user: User, directed: set[int]) -> Row:
    kind, chip = _chip(one)
    url, label = _next_step(one, user, directed)
    return Row(
        what=_what(one, user),
        why=f"{one.sentence} {_consequence(one)}",
        rule="R-30" if one.has_ended else "R-31",
        kind=kind,
        chip=chip,
        url=url,
        label=label,
    )


def _unverified(one: License, user: User) -> Row:
    is_own = one.credential.user_id == user.pk
    return Row(
        what=_what(one, user),
        why=f"Nobody has verified {of_state(one.credential)} yet. {ASK if is_own else LOOK_UP}",
        kind="draft",
        chip="not verified",
        url=reverse("own_licenses") if is_own else reverse("admin:staff_credential_change", args=[one.credential.pk]),
        label="Your licenses" if is_own else "Record that you looked",
    )


def _next_step(one: License, user: User, directed: set[int]) -> tuple[str, str]:
    """Where a renewal is recorded; nobody records their own, and a supervisor only knows of it."""
    if one.credential.user_id == user.pk:
        return reverse("own_licenses"), "Your licenses"
    if one.credential.user_id in directed:
        return reverse("admin:staff_credential_change", args=[one.credential.pk]), "Record the renewal"
    return "", ""


def _what(one: License, user: User) -> str:
    credential = one.credential
    return f"Your {credential.type}" if credential.user_id == user.pk else f"{credential.user}, {credential.type}"


def _chip(one: License) -> tuple[str, str]:
    if one.is_lapsed:
        return "stop", "ended"
    if one.is_carried:
        return "due", "renewal filed"
    ends = date_format(one.credential.expires_on or one.day, "M j")
    return ("due" if one.step is not None and one.step <= URGENT else "info"), ends


def _consequence(one: License) -> str:
    """What follows for the sessions the person leads; past notes are untouched."""
    if one.is_lapsed:
        return "Sessions that need it need cover until the renewal is recorded."
    return "Sessions after that day need cover, unless a renewal is recorded."


def _directed(user: User, day: date) -> set[int]:
    """Who works where the user directs, by id; their licenses are the director's to keep up."""
    if not user.has_perm(CHANGE):
        return set()
    postings = Posting.objects.directed_by(user, day).active_on(day)
    return set(postings.values_list("user_id", flat=True))


def _supervised(user: User, day: date) -> set[int]:
    return set(Supervision.objects.filter(supervisor=user).active_on(day).values_list("supervisee_id", flat=True))
