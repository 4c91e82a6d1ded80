"""May a session be planned, for whom, led by whom? May days be opened again?"""

from collections.abc import Collection
from datetime import datetime, timedelta

from patients.models import Episode, RelatedPerson
from programs.deputies import holds_in
from programs.models import Closure, Program, ServiceType
from scheduling.conflicts import day_in_words
from staff.models import User
from web.refusals import Refusal

LONGEST_VISIT = timedelta(hours=12)


def closure_may_go(closure: Closure) -> Refusal | None:
    """A closure that cancelled sessions in the past stays on their record."""
    last = closure.sessions.order_by("-day").values_list("day", flat=True).first()
    if last is None:
        return None
    return Refusal(
        f"Sessions up to {day_in_words(last)} were canceled by this closure and stay on the record. "
        f"Let it end on that day instead.",
        code="closure_has_passed",
        field="ends_on",
    )


def episode_may_be_planned(episode: Episode) -> Refusal | None:
    """Nothing is planned for an episode that is over or was not accepted."""
    if not episode.is_open:
        return Refusal(
            "This episode is over. Refer the patient again before you plan sessions.",
            code="episode_closed",
            field="episode",
        )
    if episode.accepted_at is None:
        return Refusal(
            "This patient is not accepted yet. Accept the episode, then plan sessions.",
            code="not_accepted",
            field="episode",
        )
    return None


def may_lead_it(by: User, leader: User, program: Program) -> Refusal | None:
    """Whoever does not manage the program's schedule books sessions they lead themselves."""
    if by == leader or holds_in(by, "scheduling.manage_schedule", program):
        return None
    return Refusal(
        "You can book sessions that you lead yourself. Ask the front desk or the director to book for someone else.",
        code="not_own_session",
        field="leader",
    )


def times_make_sense(starts_at: datetime, ends_at: datetime) -> Refusal | None:
    if ends_at <= starts_at:
        return Refusal("A session ends after it starts. Change one of the two times.", code="times_order", field="end")
    if ends_at - starts_at > LONGEST_VISIT:
        return Refusal("A session lasts at most 12 hours. Change one of the two times.", code="too_long", field="end")
    return None


def relatives_may_attend(episode: Episode, relatives: Collection[RelatedPerson]) -> Refusal | None:
    """Only the patient's own people, and only those who may attend."""
    if all(person.patient_id == episode.patient_id and person.may_attend for person in relatives):
        return None
    return Refusal(
        "One of these people may not attend sessions of this patient. Choose others, or change it under contacts.",
        code="may_not_attend",
        field="relatives",
    )


def booked_apart(service: ServiceType) -> Refusal | None:
    """A group's sessions are published from its weekly slots."""
    if not service.is_group:
        return None
    return Refusal(
        f"{service} is given in groups. Add the patient to a group instead.", code="group_service", field="service"
    )


def visitor_may_attend(episode: Episode, name: str) -> Refusal | None:
    """A name typed for a session is not that of someone known who may not attend."""
    known = RelatedPerson.objects.filter(patient=episode.patient_id, may_attend=False, name__iexact=name)
    if not name or not known.exists():
        return None
    return Refusal(
        f"{name} is known and may not attend. Leave the name out, or change what is known first.",
        code="may_not_attend",
        field="visitor",
    )


def family_is_there(relatives: Collection[RelatedPerson], visitor: str, *, without_patient: bool) -> Refusal | None:
    if relatives or visitor or not without_patient:
        return None
    return Refusal(
        "A session without the patient needs someone of the family. Choose who comes.",
        code="nobody_comes",
        field="relatives",
    )
