"""May someone join or leave a group?"""

from collections.abc import Collection
from datetime import date

from django.urls import reverse

from patients.models import Episode
from programs.models import Group
from programs.querysets import Person
from scheduling.conflicts import day_in_words
from scheduling.labels import group_label
from scheduling.models import Membership
from scheduling.previews import Line, Outcome, Preview
from web.refusals import NextStep, Refusal

from .planning import episode_may_be_planned


def episode_may_join(episode: Episode, group: Group, by: Person) -> Refusal | None:
    """Whoever joins a group has an open, accepted episode in the group's program."""
    if episode.program_id != group.program_id:
        return Refusal(
            f"{group_label(group, by)} belongs to {group.program}, and this episode to {episode.program}. "
            "Choose another patient.",
            code="other_program",
            field="episode",
        )
    return episode_may_be_planned(episode)


def not_a_member_then(
    episode: Episode, group: Group, starts_on: date, ends_on: date | None, by: Person
) -> Refusal | None:
    """One membership of a group at a time; joining again is a new row after the old one's end."""
    there = Membership.objects.filter(episode=episode, group=group).touching(starts_on, ends_on).first()
    if there is None:
        return None
    until = f"until {day_in_words(there.ends_on)}" if there.ends_on else "with no end"
    return Refusal(
        f"{episode.patient.preferred_name} is in {group_label(group, by)} already "
        f"from {day_in_words(there.starts_on)}, {until}. Choose days outside that time.",
        code="already_member",
        field="starts_on",
    )


def seats_and_time_free(preview: Preview, leave_out: Collection[date]) -> Refusal | None:
    """Refuse a membership that is full or clashes on a day that is not left out (R-26, R-27, R-29)."""
    lines = [line for line in preview.lines if line.is_refused and line.session.day not in leave_out]
    if lines:
        return _refused_line(preview, lines[0], len(lines))
    if preview.full_from is None:
        return None
    return Refusal(preview.full_sentence, code="group_full", rule="R-26", field="ends_on")


def _refused_line(preview: Preview, line: Line, count: int) -> Refusal:
    day = day_in_words(line.session.day)
    more = f" The same goes for {count - 1} more." if count > 1 else ""
    if line.outcome == Outcome.FULL:
        return Refusal(
            f"{preview.label} is full on {day} ({line.taken} of {line.cap}). Leave that day out.{more}",
            code="group_full",
            rule="R-26",
            field="starts_on",
        )
    return Refusal(
        f"On {day}: {line.reason} Leave that day out.{more}", code="booking_overlap", rule="R-29", field="starts_on"
    )


def adds_something(preview: Preview, pieces: Collection[object]) -> Refusal | None:
    if pieces:
        return None
    return Refusal(
        f"Every session of {preview.label} in that time would be left out. Choose other days.",
        code="nothing_left",
        field="starts_on",
    )


def dates_ordered(starts_on: date, ends_on: date | None) -> Refusal | None:
    if ends_on is None or ends_on >= starts_on:
        return None
    return Refusal(
        "The last day cannot be before the first. Change one of the two dates.", code="dates_order", field="ends_on"
    )


def membership_may_end(membership: Membership, ends_on: date, today: date) -> Refusal | None:
    """It ends earlier than now known; only one that has not begun is taken back, by an end before its first day."""
    if ends_on < membership.starts_on <= today:
        return Refusal(
            f"This membership began on {day_in_words(membership.starts_on)}, so it cannot end before. Check the date.",
            code="ends_before_it_began",
            field="ends_on",
        )
    if membership.ends_on is None or ends_on <= membership.ends_on:
        return None
    return Refusal(
        f"This membership ends on {day_in_words(membership.ends_on)} already. Add the member again from a later day.",
        code="already_left",
        field="ends_on",
    )


def taken_back(group: Group) -> Refusal:
    """Somebody else took the membership back while this page was open."""
    return Refusal(
        "This membership was taken back while you had the page open, so there is nothing left to end.",
        code="taken_back",
        step=NextStep("Open the group", reverse("group", args=[group.pk])),
        about=group,
    )
