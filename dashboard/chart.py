"""The first page of a chart: one visible episode of a patient, with its week, groups, next sessions and plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from patients.models import Episode, Patient
from patients.rules import gaps
from plans.models import TreatmentPlan
from programs.deputies import holds_in
from scheduling.ledger import Week, week_of
from scheduling.models import Membership, Session
from staff.models import User

from .tape import DayMinutes, Tape, tape

NEXT_SESSIONS = 6


@dataclass(frozen=True)
class Chart:
    """What the page shows of `episode`; `episodes` are all that the reader may see, the open ones first."""

    episode: Episode
    episodes: Sequence[Episode]
    day: date
    week: Week | None
    picture: Tape | None
    memberships: Sequence[Membership]
    sessions: Sequence[Session]
    plan: TreatmentPlan | None
    reads_plans: bool
    gaps: Sequence[object]


def chart_of(patient: Patient, user: User, *, asked: str, at: datetime) -> Chart | None:
    """The chart as this user may see it, or None without a visible episode; `asked` is an episode's id, or empty."""
    Episode.objects.visible_to(user).attach_to([patient], at.date())
    episodes: list[Episode] = getattr(patient, "episodes_in_scope")  # noqa: B009  attached just now
    if not episodes:
        return None
    episode = next((one for one in episodes if str(one.pk) == asked), episodes[0])
    day = episode.local_day(at)
    reads_plans = holds_in(user, "plans.view_plan", episode.program_id, day)
    week = week_of(episode, day, at=at) if episode.accepted_at else None
    return Chart(
        episode=episode,
        episodes=episodes,
        day=day,
        week=week,
        picture=_picture(week) if week else None,
        memberships=list(Membership.objects.filter(episode=episode).touching(day, None).for_chart()),
        sessions=list(Session.objects.of_episode(episode).taking_place().not_over(at).for_list()[:NEXT_SESSIONS]),
        plan=TreatmentPlan.objects.filter(episode=episode).for_chart().first() if reads_plans else None,
        reads_plans=reads_plans,
        gaps=gaps(episode, day),
    )


def _picture(week: Week) -> Tape:
    days = [
        DayMinutes(f"{day.day:%a}", counted=day.countable, planned=day.ahead, not_logged=day.not_logged)
        for day in week.days
    ]
    return tape(days, week.minimum)
