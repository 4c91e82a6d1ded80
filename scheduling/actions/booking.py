"""A session for one patient or family, booked apart from the weekly slots."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from audit.actions import record
from patients.models import Episode, RelatedPerson
from programs import policy
from programs.choices import AttendedBy, LeaderRole
from programs.leading import Verdict, lead_book
from programs.models import Room, ServiceType
from scheduling import rules
from scheduling.choices import StaffRole
from scheduling.models import Attendance, FamilyParticipant, Session, SessionStaff
from staff.models import User
from web import keys
from web.refusals import require

from .calendar import rebook, the_calendar

MINUTE = timedelta(minutes=1)


def book_session(
    *,
    service: ServiceType,
    episode: Episode,
    leader: User,
    room: Room | None,
    starts_at: datetime,
    ends_at: datetime,
    relatives: Collection[RelatedPerson] = (),
    visitor: str = "",
    visitor_relation: str = "",
    without_patient: bool = False,
    key: UUID | None = None,
    by: User,
    at: datetime,
) -> Session:
    """Book an individual or family session. Room, leader and patient must be free (R-29), or it is refused.

    So is a leader whose credential does not carry the service on that day (R-30); one under supervision may lead it.

    The patient is on it from now on as an attendance row without a status: expected, not logged. `without_patient` is a
    session with the family alone; it keeps the row, for the note, and leaves the patient's time free. `visitor` is the
    name of someone we do not know yet. A `key` that was used before raises AlreadyDone.
    """
    with the_calendar():
        used = keys.claim(key, by=by) if key else None
        episode = (
            Episode.objects.select_for_update(of=("self",), no_key=True)
            .select_related("program__location")
            .get(pk=episode.pk)
        )
        require(
            rules.times_make_sense(starts_at, ends_at),
            rules.booked_apart(service),
            rules.episode_may_be_planned(episode),
            rules.may_lead_it(by, leader, episode.program),
            rules.leader_qualifies(leader, _verdict(episode, service, leader, starts_at)),
            rules.relatives_may_attend(episode, relatives),
            rules.visitor_may_attend(episode, visitor),
            rules.family_is_there(relatives, visitor, without_patient=without_patient),
        )
        session = Session.objects.create(
            program=episode.program,
            service=service,
            room=room,
            day=episode.local_day(starts_at),
            starts_at=starts_at,
            ends_at=ends_at,
            planned_minutes=(ends_at - starts_at) // MINUTE,
            attended_by=AttendedBy.FAMILY_ONLY if without_patient else "",
        )
        SessionStaff.objects.create(session=session, user=leader, role=StaffRole.LEAD)
        Attendance.objects.create(session=session, episode=episode, day=session.day)
        family = [FamilyParticipant(session=session, episode=episode, related_person=person) for person in relatives]
        if visitor:
            family.append(FamilyParticipant(session=session, episode=episode, name=visitor, relation=visitor_relation))
        FamilyParticipant.objects.bulk_create(family)
        rebook([session.pk], by=by)
        if used:
            keys.settle(used, session.get_absolute_url())
        record(
            action="session.booked",
            by=by,
            about=session,
            patients=[episode.patient_id],
            content={
                "service": service.code,
                "relatives": [person.pk for person in relatives],
                "visitor": bool(visitor),
            },
            at=at,
        )
    return session


def _verdict(episode: Episode, service: ServiceType, leader: User, starts_at: datetime) -> Verdict:
    """Whether the leader may lead it on its day."""
    program, day = episode.program, episode.local_day(starts_at)
    leads = lead_book([leader.pk], policy.book(program, day))
    return leads.verdict(leader.pk, service=service, program=program, role=LeaderRole.LEAD, day=day)
