"""Who cares for a patient changes hands on a day: the earlier place ends the day before, the next begins."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction

from audit.actions import Entry, record_many
from patients import rules
from patients.choices import CareRole
from patients.models import CareTeamMember, Episode
from programs.gaps import gaps
from programs.rules import directs
from staff.models import User
from web.refusals import Refusal, require
from web.versions import count_up

from .episodes import about_episode, lock_episode

DAY = timedelta(days=1)
type Change = Callable[[Episode, CareTeamMember], Entry]


@dataclass
class HandedOver:
    """What a hand-over in bulk did: the places that changed hands, and those that stay, each with why."""

    done: list[CareTeamMember] = field(default_factory=list)
    staying: list[tuple[CareTeamMember, Refusal]] = field(default_factory=list)


@transaction.atomic
def change_primary(
    *, episode: Episode, to: User, from_day: date, by: User, today: date, instead_of: User | None = None
) -> CareTeamMember:
    """Make `to` the primary clinician from `from_day` on, until the place was to end anyway (R-33).

    For who directs the program `today`. With `instead_of`, only where that person is the primary that day. The place
    held until then ends the day before; one that begins that same day changes its person, and what it was stays in the
    audit trail.
    """
    episode = lock_episode(episode)
    require(directs(by, episode.program, today))
    member, entry = _change_primary(episode, to=to, from_day=from_day, by=by, instead_of=instead_of)
    record_many([entry])
    return member


@transaction.atomic
def hand_over_primaries(
    *, members: Collection[CareTeamMember], to: User, from_day: date, by: User, today: date
) -> HandedOver:
    """Make `to` the primary clinician in place of these, from `from_day` or their later first day on (R-33).

    One that a rule refuses, or that somebody else has handed over meanwhile, stays and says why; the others change.
    """

    def change(episode: Episode, member: CareTeamMember) -> Entry:
        first = max(from_day, member.starts_on)
        return _change_primary(episode, to=to, from_day=first, by=by, instead_of=member.user)[1]

    return _each(members, change, by=by, today=today)


@transaction.atomic
def hand_over_places(
    *, members: Collection[CareTeamMember], to: User, from_day: date, by: User, today: date
) -> HandedOver:
    """Give these places of care teams, which are not the primary's, to `to` from `from_day` on.

    Where `to` has the same place already, the other one only ends.
    """

    def change(episode: Episode, member: CareTeamMember) -> Entry:
        held = episode.care_team.filter(pk=member.pk, user=member.user_id).first()
        require(
            rules.still_holds(held, from_day),
            rules.episode_has_team(episode),
            rules.may_join_team(to, episode, from_day),
        )
        return _pass_on(episode, member, to, from_day, by)

    return _each(members, change, by=by, today=today)


def _each(members: Collection[CareTeamMember], change: Change, *, by: User, today: date) -> HandedOver:
    """Do `change` for each in a program that `by` directs, all episodes locked first and the audit trail last."""
    wanted = sorted(members, key=lambda member: (member.episode_id, member.pk))
    locked = Episode.objects.select_for_update(of=("self",), no_key=True).select_related("patient", "program__location")
    episodes = {row.pk: row for row in locked.filter(pk__in={m.episode_id for m in wanted}).order_by("pk")}
    result, entries = HandedOver(), []
    for member in wanted:
        try:
            with transaction.atomic():
                episode = episodes[member.episode_id]
                require(directs(by, episode.program, today))
                entries.append(change(episode, member))
        except Refusal as refusal:
            result.staying.append((member, refusal))
        else:
            result.done.append(member)
    record_many(entries)
    return result


def _change_primary(
    episode: Episode, *, to: User, from_day: date, by: User, instead_of: User | None
) -> tuple[CareTeamMember, Entry]:
    rows = list(episode.care_team.primaries().select_related("user").order_by("starts_on", "pk"))
    current = next((row for row in rows if _holds(row, from_day)), None)
    require(
        rules.episode_has_team(episode),
        rules.primary_is(instead_of, current, episode),
        rules.is_another_primary(to, current, episode),
        rules.may_be_primary(to, episode, from_day),
    )
    before = current.user_id if current else None
    if current:
        member = _follow(current, to, from_day)
    else:
        coming = next((row.starts_on for row in rows if row.starts_on > from_day), None)
        member = _place(episode, to, CareRole.PRIMARY, from_day, coming - DAY if coming else None)
    _count(episode)
    content = {"from": str(from_day), "before": before, "primary": to.pk}
    return member, Entry(action="episode.primary_changed", content=content, **about_episode(episode, by))


def _pass_on(episode: Episode, member: CareTeamMember, to: User, from_day: date, by: User) -> Entry:
    first, until = max(from_day, member.starts_on), member.ends_on
    same = list(episode.care_team.filter(user=to, role=member.role).not_over(first))
    missing = list(gaps(same, first, until))
    if member.starts_on < first:
        _end(member, first)
    elif missing:
        begins, ends = missing.pop(0)
        CareTeamMember.objects.filter(pk=member.pk).update(user=to, starts_on=begins, ends_on=ends)
    else:
        raise rules.has_place_already(to, episode)
    for begins, ends in missing:
        _place(episode, to, CareRole(member.role), begins, ends)
    _count(episode)
    content = {"from": str(first), "before": member.user_id, "now": to.pk, "role": member.role}
    return Entry(action="episode.place_handed_over", content=content, **about_episode(episode, by))


def _follow(row: CareTeamMember, to: User, from_day: date) -> CareTeamMember:
    """End the place the day before and let the next one begin; one that begins that day only changes its person."""
    if row.starts_on == from_day:
        CareTeamMember.objects.filter(pk=row.pk).update(user=to)
        return CareTeamMember.objects.get(pk=row.pk)
    ends_on = row.ends_on
    _end(row, from_day)
    return _place(row.episode, to, CareRole(row.role), from_day, ends_on)


def _place(episode: Episode, user: User, role: CareRole, starts_on: date, ends_on: date | None) -> CareTeamMember:
    return CareTeamMember.objects.create(episode=episode, user=user, role=role, starts_on=starts_on, ends_on=ends_on)


def _end(row: CareTeamMember, before: date) -> None:
    row.ends_on = before - DAY
    row.save(update_fields=["ends_on"])


def _count(episode: Episode) -> None:
    count_up(episode)
    episode.save(update_fields=["version"])


def _holds(row: CareTeamMember, day: date) -> bool:
    return row.starts_on <= day and (row.ends_on is None or day <= row.ends_on)
