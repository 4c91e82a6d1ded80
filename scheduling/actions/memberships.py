"""Joining and leaving groups. A membership has dates; rosters and bookings follow from it."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from audit.actions import record
from patients.models import Episode
from programs.models import Group, Track
from scheduling import rules
from scheduling.conflicts import day_in_words
from scheduling.models import Membership, Session
from scheduling.previews import Preview, membership_preview, phase_dates
from staff.models import User
from web import keys
from web.refusals import require
from web.versions import count_up, require_version

from .calendar import rebook, the_calendar

DAY = timedelta(days=1)
type Days = tuple[date, date | None]


def join(
    *,
    group: Group,
    episode: Episode,
    starts_on: date,
    ends_on: date | None = None,
    leave_out: Collection[date] = (),
    track_start: date | None = None,
    key: UUID | None = None,
    by: User,
    at: datetime,
) -> list[Membership]:
    """Make someone a member from `starts_on` to `ends_on`, both included (empty: open), except on days left out.

    A day left out ends one membership and begins the next, so usually one row comes back. Raises Refusal where the
    group is full (R-26, R-27) or the patient is somewhere else (R-29) on a day not left out; nothing is saved then.
    """
    with the_calendar():
        used = keys.claim(key, by=by) if key else None
        episode = Episode.objects.select_for_update(of=("self",), no_key=True).get(pk=episode.pk)
        require(
            rules.episode_may_join(episode, group, by),
            rules.dates_ordered(starts_on, ends_on),
            rules.not_a_member_then(episode, group, starts_on, ends_on, by),
        )
        preview = membership_preview(group=group, episode=episode, starts_on=starts_on, ends_on=ends_on, at=at, by=by)
        pieces = _pieces(preview, leave_out)
        require(rules.seats_and_time_free(preview, leave_out), rules.adds_something(preview, pieces))
        memberships = Membership.objects.bulk_create(
            Membership(group=group, episode=episode, starts_on=first, ends_on=last, track_start=track_start)
            for first, last in pieces
        )
        _rebook_from(group, starts_on, ends_on, by=by, at=at)
        if used:
            keys.settle(used, reverse("group", args=[group.pk]))
        record(
            action="membership.joined",
            by=by,
            about=memberships[0],
            patients=[episode.patient_id],
            content={"group": group.pk, "days": [[str(first), str(last or "")] for first, last in pieces]},
            at=at,
        )
    return memberships


def join_track(
    *,
    track: Track,
    episode: Episode,
    track_start: date,
    leave_out: Collection[tuple[int, date]] = (),
    key: UUID | None = None,
    by: User,
    at: datetime,
) -> list[Membership]:
    """Join every group of a track for the patient's own weeks, counted from `track_start`: all of them, or none.

    `leave_out` names days of a group, as (group id, day).
    """
    made: list[Membership] = []
    with the_calendar():
        used = keys.claim(key, by=by) if key else None
        for phase in track.phases.select_related("group__program__location", "group__service").order_by(
            "first_week", "pk"
        ):
            first, last = phase_dates(phase, track_start)
            days = {day for group_id, day in leave_out if group_id == phase.group_id}
            made += join(
                group=phase.group,
                episode=episode,
                starts_on=first,
                ends_on=last,
                leave_out=days,
                track_start=track_start,
                by=by,
                at=at,
            )
        if used:
            keys.settle(used, reverse("group", args=[made[0].group_id]))
    return made


def leave(
    *, membership: Membership, ends_on: date, reason: str, version: int | None, by: User, at: datetime
) -> Membership | None:
    """End a membership on its last day; one that has not begun by then is taken back, and None comes back.

    Raises Stale where somebody ended it since `version`, and Refusal where somebody took it back.
    """
    with the_calendar():
        membership = _locked(membership, version, ends_on)
        require(
            rules.membership_may_end(
                membership, ends_on, timezone.localdate(at, membership.group.program.location.zone)
            )
        )
        content = {"group": membership.group_id, "from": str(membership.starts_on), "until": str(ends_on)}
        was_until, taken_back = membership.ends_on, ends_on < membership.starts_on
        record_about = None if taken_back else membership
        if taken_back:
            membership.delete()
        else:
            membership.ends_on, membership.reason = ends_on, reason
            count_up(membership)
            membership.save(update_fields=["ends_on", "reason", "version"])
        _rebook_from(membership.group, max(membership.starts_on, ends_on + DAY), was_until, by=by, at=at)
        record(
            action="membership.taken_back" if taken_back else "membership.ended",
            by=by,
            about=record_about,
            patients=[membership.episode.patient_id],
            reason=reason,
            content=content,
            at=at,
        )
    return record_about


def _locked(membership: Membership, version: int | None, ends_on: date) -> Membership:
    """The membership under lock, as the person who wants it to end on `ends_on` saw it."""
    rows = Membership.objects.select_for_update(of=("self",), no_key=True)
    found: Membership | None = (
        rows.select_related("group__program__location", "episode").filter(pk=membership.pk).first()
    )
    if found is None:
        raise rules.taken_back(membership.group)
    require_version(
        found,
        version,
        mine={"Last day": day_in_words(ends_on)},
        theirs={"Last day": day_in_words(found.ends_on) if found.ends_on else "none"},
        url=reverse("group", args=[found.group_id]),
    )
    return found


def _pieces(preview: Preview, leave_out: Collection[date]) -> list[Days]:
    """The membership without the days left out. A gap reaches from the first to the last of neighboring ones."""
    days = sorted({line.session.day for line in preview.lines})
    gaps = []
    for is_left_out, run in groupby(days, key=lambda day: day in leave_out):
        if is_left_out:
            gap = list(run)
            gaps.append((gap[0], gap[-1]))
    pieces: list[Days] = []
    first = preview.starts_on
    for begin, end in gaps:
        if first < begin:
            pieces.append((first, begin - DAY))
        first = end + DAY
    if preview.ends_on is None or first <= preview.ends_on:
        pieces.append((first, preview.ends_on))
    kept = [day for day in days if day not in leave_out]
    return [piece for piece in pieces if _meets(piece, kept, preview.published_until)] if gaps else pieces


def _meets(piece: Days, kept: Collection[date], published_until: date) -> bool:
    """Whether a piece has a session, or reaches beyond what is published."""
    first, last = piece
    return last is None or last > published_until or any(first <= day <= last for day in kept)


def _rebook_from(group: Group, first: date, last: date | None, *, by: User, at: datetime) -> None:
    """Rewrite the bookings of the group's sessions of these days; a clash in the past does not stop it."""
    sessions = Session.objects.filter(group=group, logged_at=None).on_days(first, last).taking_place()
    began = dict(sessions.values_list("pk", "starts_at"))
    rebook([pk for pk, starts_at in began.items() if starts_at <= at], by=by, tolerate=True)
    rebook([pk for pk, starts_at in began.items() if starts_at > at], by=by)
