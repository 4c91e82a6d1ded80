"""All that the checklist looks at, fetched once: the same queries for any number of groups."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from patients.querysets import possible_primaries
from programs import policy
from programs.models import Accreditation, Closure, Group, Posting, Program
from programs.policy import Book, Sheet
from programs.previews import Hours, hours_of
from programs.querysets import Person
from scheduling.actions import AHEAD
from scheduling.choices import LEADING
from scheduling.clashes import Standing, standing
from scheduling.cover import Uncovered, needs_cover
from scheduling.models import Session
from scheduling.pattern import Planned, planned
from staff.models import Credential, User


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A program as it stands on `day`, looked at from its opening (or `day`, if it is open) through twelve weeks."""

    program: Program
    day: date
    first: date
    last: date
    book: Book
    sheet: Sheet
    hours: Hours
    groups: list[Group]
    planned: list[Planned]
    sessions: list[Session]
    uncovered: list[Uncovered]
    clashes: list[Standing]
    unverified: list[Credential]
    accreditations: list[Accreditation]
    closures: list[Closure]
    directors: list[User]
    primaries: list[User]


def programs_to_open(user: Person) -> QuerySet[Program]:
    """The programs whose opening the user may look at, with what a checklist reads of them."""
    programs = Program.objects.directed_by(user).select_related("location", "below_minimum_by").with_timetable()
    return programs.prefetch_related("groups__leaders__user", "groups__room", "groups__curriculum")


def setup(program: Program, *, day: date, user: Person) -> Setup:
    """Fetch it for a program of `programs_to_open`."""
    first = max(day, program.opens_on)
    last = first + AHEAD
    book = policy.book(program, first)
    groups = [group for group in program.groups.all() if group.is_active_on(first)]
    sessions = list(Session.objects.filter(program=program).on_days(first, last).for_list())
    posted = Posting.objects.active_on(first).reaching(program=program, location=program.location_id)
    directors = posted.in_charge().filter(is_deputy=False).values("user")
    return Setup(
        program=program,
        day=day,
        first=first,
        last=last,
        book=book,
        sheet=policy.sheet(program, first),
        hours=hours_of(program, book=book, day=day),
        groups=groups,
        planned=planned(groups, first=first, last=last),
        sessions=sessions,
        uncovered=needs_cover(sessions, today=first),
        clashes=standing(sessions, user=user),
        unverified=_unverified(groups, sessions),
        accreditations=list(Accreditation.objects.touching(program).order_by("starts_on")),
        closures=list(Closure.objects.touching(program).filter(starts_on__lte=last, ends_on__gte=first)),
        directors=list(User.objects.filter(is_active=True, pk__in=directors)),
        primaries=list(possible_primaries(program, first)),
    )


def _unverified(groups: list[Group], sessions: list[Session]) -> list[Credential]:
    """Credentials of those who lead that nobody here has looked up."""
    leaders = {leader.user_id for group in groups for leader in group.leaders.all()}
    leaders |= {part.user_id for session in sessions for part in session.staff.all() if part.role in LEADING}
    return list(Credential.objects.of(leaders).filter(verified_on=None).select_related("user"))
