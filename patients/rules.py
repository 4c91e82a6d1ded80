"""May this be done now: functions that return a Refusal, or None. Dates are local to the program."""

from dataclasses import dataclass
from datetime import date

from programs.models import Program
from staff.models import User
from web.refusals import NextStep, Refusal

from .choices import EpisodeStatus
from .models import Episode, Patient
from .querysets import possible_primaries


@dataclass(frozen=True)
class Gap:
    """Something an accepted episode still lacks: why, since when it is due, and who owns it (None: the leader)."""

    sentence: str
    rule: str
    due_on: date
    owner: User | None


def may_refer(patient: Patient, program: Program) -> Refusal | None:
    """R-07: one open episode in a program at a time."""
    existing = patient.episodes.open().filter(program=program).first()
    if existing is None:
        return None
    return Refusal(
        f"{patient.preferred_name} already has an open episode in {program}: {existing.get_status_display().lower()} "
        f"since {existing.referred_on:%b %-d, %Y}. Go on with that one, or choose another program.",
        code="episode_open",
        rule="R-07",
        field="program",
        about=existing,
        patients=[patient.pk],
    )


def may_accept(episode: Episode) -> Refusal | None:
    """Only who waits can be accepted. R-07 holds by the constraint: the waiting episode is the one open one."""
    if not episode.may_become(EpisodeStatus.INTAKE) or not episode.is_awaiting:
        return Refusal(
            f"This episode is {episode.get_status_display().lower()} already, so it cannot be accepted again.",
            code="not_awaiting",
            about=episode,
            patients=[episode.patient_id],
            step=NextStep("Open the chart", episode.patient.get_absolute_url()),
        )
    return None


def may_be_primary(user: User | None, episode: Episode, day: date) -> Refusal | None:
    """R-33: an accepted episode has a primary clinician, who works in its program that day."""
    if user is None:
        return Refusal(
            "Choose the primary clinician. Nobody is accepted without one.",
            code="no_primary",
            rule="R-33",
            field="primary",
            about=episode,
            patients=[episode.patient_id],
        )
    if possible_primaries(episode.program, day).filter(pk=user.pk).exists():
        return None
    return Refusal(
        f"{user} is not a clinician posted in {episode.program} on {day:%b %-d, %Y}. Choose someone who is.",
        code="primary_not_posted",
        rule="R-33",
        field="primary",
        about=episode,
        patients=[episode.patient_id],
    )


def may_begin(episode: Episode) -> Refusal | None:
    """R-05: treatment begins once, from intake."""
    if episode.may_become(EpisodeStatus.ADMITTED):
        return None
    return Refusal(
        f"This episode is {episode.get_status_display().lower()}, so treatment cannot begin in it.",
        code="not_intake",
        rule="R-05",
    )


def may_move_admission(episode: Episode) -> Refusal | None:
    """R-05: correcting the first attendance moves the admission, as long as the episode is open."""
    if episode.status == EpisodeStatus.ADMITTED:
        return None
    return Refusal(
        f"This episode is {episode.get_status_display().lower()}, so it has no admission day that could move.",
        code="not_admitted",
        rule="R-05",
    )


def gaps(episode: Episode, day: date) -> list[Gap]:
    """What an accepted, open episode lacks on `day`; each gap has been due since the local day it was accepted.

    No assessments are kept yet, so every accepted episode lacks its level-of-care assessment (R-02).
    """
    if episode.accepted_at is None or not episode.is_open:
        return []
    due_on = episode.local_day(episode.accepted_at)
    primary = episode.primary_on(day)
    owner = primary.user if primary else None
    found = [Gap("No level-of-care assessment", "R-02", due_on, owner)]
    if primary is None:
        found.append(Gap("No primary clinician", "R-33", due_on, None))
    return found
