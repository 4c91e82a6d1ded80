"""May this be done now? Each gives a Refusal with its sentence, or None."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.urls import reverse

from patients.models import Episode, RelatedPerson
from programs.models import Closure, Group, ServiceType
from programs.policy import Book
from programs.querysets import Person
from staff.models import User
from web.refusals import NextStep, Refusal

from .choices import LEADING
from .conflicts import day_in_words
from .labels import group_label
from .models import Membership, Session
from .previews import Line, Outcome, Preview

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


def may_lead_it(by: User, leader: User) -> Refusal | None:
    """Whoever does not manage the schedule books sessions they lead themselves."""
    if by == leader or by.has_perm("scheduling.manage_schedule"):
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


def day_has_come(session: Session, at: datetime) -> Refusal | None:
    """Nobody was in a session of a day that has not come (R-40)."""
    if session.day <= at.astimezone(session.program.location.zone).date():
        return None
    return Refusal(
        f"This session is on {day_in_words(session.day)}. Its attendance opens on that day.",
        code="day_to_come",
        rule="R-40",
        about=session,
    )


def takes_place(session: Session) -> Refusal | None:
    if not session.is_cancelled:
        return None
    return Refusal("This session was canceled, so it has no attendance.", code="session_canceled", about=session)


def may_log(by: Person, session: Session) -> Refusal | None:
    """Whoever leads it logs it, and so does who may take it over; that it is in scope, the page has seen to."""
    leads = any(part.user_id == by.pk and part.role in LEADING for part in session.staff.all())
    if leads or by.has_perm("scheduling.take_over_session"):
        return None
    return Refusal(
        "Only those who lead this session log its attendance. Ask one of them, or the director.",
        code="not_leading",
        about=session,
    )


def is_closed(session: Session, book: Book, at: datetime) -> bool:
    """Whether its attendance is closed: set so, or some hours after its end (R-47)."""
    open_for = timedelta(hours=book.number(session.program_id, "attendance_close_hours"))
    return session.closed_at is not None or at >= session.ends + open_for


def left_after_arriving(arrival: datetime | None, departure: datetime | None) -> Refusal | None:
    if arrival is None or departure is None or departure >= arrival:
        return None
    return Refusal(
        "The departure is before the arrival. Change one of the two times.",
        code="times_order",
        rule="R-40",
        field="left",
    )


def somebody_is_marked(session: Session, *, marks: bool) -> Refusal | None:
    """The first save of a session says something of at least one person."""
    if marks or session.logged_at is not None:
        return None
    return Refusal(
        "Nobody is marked yet. Press “Everyone here”, or mark at least one person.", code="nobody_marked", about=session
    )


def correction_has_reason(session: Session, book: Book, reason: str, at: datetime) -> Refusal | None:
    """Closed and logged: a change is a correction and says why; the first log of a session never is one (R-47)."""
    if reason or session.logged_at is None or not is_closed(session, book, at):
        return None
    return Refusal(
        "The attendance of this session is closed. Say why you change it; what it was stays on record.",
        code="reason_needed",
        rule="R-47",
        field="reason",
        about=session,
    )
