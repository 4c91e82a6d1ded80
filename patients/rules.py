"""May this be done now: functions that return a Refusal, or None. Dates are local to the program."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from programs.models import Posting, Program
from programs.policy import Book
from staff.models import User
from web.refusals import NextStep, Refusal

from .choices import EpisodeStatus
from .models import CareTeamMember, Episode, Patient
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


def episode_has_team(episode: Episode) -> Refusal | None:
    """Only an accepted, open episode has a care team that can change."""
    if episode.accepted_at is not None and episode.is_open:
        return None
    return Refusal(
        f"This episode is {episode.get_status_display().lower()}, so its care team stays as it is.",
        code="no_care_team",
        about=episode,
        patients=[episode.patient_id],
        step=NextStep("Open the chart", episode.patient.get_absolute_url()),
    )


def primary_is(user: User | None, current: CareTeamMember | None, episode: Episode) -> Refusal | None:
    """The one to be followed is still the primary; None asks for nobody in particular."""
    if user is None or (current is not None and current.user_id == user.pk):
        return None
    now = f"{current.user} is the primary clinician" if current else "nobody is the primary clinician"
    return Refusal(
        f"Somebody has handed this over already: {now} then.",
        code="handed_over",
        about=episode,
        patients=[episode.patient_id],
    )


def is_another_primary(to: User, current: CareTeamMember | None, episode: Episode) -> Refusal | None:
    if current is None or current.user_id != to.pk:
        return None
    return Refusal(
        f"{to} is the primary clinician already. Choose another person, or another day.",
        code="same_primary",
        field="to",
        about=episode,
        patients=[episode.patient_id],
    )


def still_holds(held: CareTeamMember | None, day: date) -> Refusal | None:
    """The place is still that person's on `day` or later."""
    if held is not None and (held.ends_on is None or held.ends_on >= day):
        return None
    return Refusal("Somebody has handed this over already.", code="handed_over")


def may_join_team(user: User, episode: Episode, day: date) -> Refusal | None:
    """A place on a care team is for somebody who works in the program that day."""
    posted = Posting.objects.active_on(day).reaching(program=episode.program, location=episode.program.location_id)
    if user.is_active and posted.filter(user=user).exists():
        return None
    return Refusal(
        f"{user} is not posted in {episode.program} on {day:%b %-d, %Y}. Choose someone who is.",
        code="not_posted",
        field="to",
        about=episode,
        patients=[episode.patient_id],
    )


def has_place_already(user: User, episode: Episode) -> Refusal:
    return Refusal(
        f"{user} has this place on the care team already. Choose another person, or another day.",
        code="has_place",
        field="to",
        about=episode,
        patients=[episode.patient_id],
    )


@dataclass(frozen=True)
class Caseload:
    """For how many somebody is the primary clinician, and the most the policy advises for their hours (R-32)."""

    user: User
    number: int
    most: int

    @property
    def warning(self) -> str:
        """A sentence where it is above; advice, which refuses nothing."""
        if self.number <= self.most:
            return ""
        return f"{self.user} is the primary clinician of {self.number} people; the policy advises {self.most} at most."


def caseloads(users: Collection[User], program: Program, day: date, book: Book) -> dict[int, Caseload]:
    """By person, the active primary patients against the program's maximum for a full-time clinician; one query."""
    members = CareTeamMember.objects.primaries().active_on(day).of_active_episodes()
    found = members.filter(user__in=[user.pk for user in users]).order_by()
    numbers = dict(found.values("user").annotate(number=Count("episode", distinct=True)).values_list("user", "number"))
    full = book.number(program, "caseload_max")
    return {u.pk: Caseload(u, numbers.get(u.pk, 0), int(full * u.full_time_equivalent)) for u in users}


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
