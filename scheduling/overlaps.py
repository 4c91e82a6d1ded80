"""What chosen leaders and rooms run into in the weeks ahead: one sentence for each thing, counted."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from django.utils.formats import date_format

from programs.querysets import Person

from .choices import BookingKind
from .conflicts import Resource, taken
from .labels import group_label, session_label
from .models import Booking, Session
from .pattern import Planned
from .staffing import ROLES, ROOM, SEATS, Choice, Staffing
from .wallclock import span

type Place = tuple[int, str]
"""A seat of a group: its id, and lead, co_lead or room."""


@dataclass(frozen=True, order=True)
class Use:
    """A room or a person is wanted, or taken: by a planned session of the page (`place`), or by another session."""

    starts_at: datetime
    ends_at: datetime
    place: Place | None = None
    session: int = 0


def overlaps(staffing: Staffing, choices: Mapping[int, Choice], *, user: Person) -> dict[Place, list[str]]:
    """By seat, what the choice is taken by in the twelve weeks ahead, in words `user` may read (R-29).

    Rows of the page clash with each other too. Four queries for any number of groups.
    """
    wanted = _wanted(staffing, choices)
    for resource, use in _taken(staffing, wanted):
        wanted[resource].append(use)
    pairs = [(resource, mine, other) for resource, uses in wanted.items() for mine, other in _pairs(uses)]
    words = _Words(staffing, {other.session for _, _, other in pairs if other.session}, user)
    found: dict[Place, dict[tuple[Resource, str, str], list[datetime]]] = defaultdict(lambda: defaultdict(list))
    for resource, mine, other in pairs:
        if mine.place:
            found[mine.place][resource, words.label(other), words.hours(other)].append(other.starts_at)
    return {
        place: [words.sentence(*what, starts) for what, starts in by_holder.items()]
        for place, by_holder in found.items()
    }


def _wanted(staffing: Staffing, choices: Mapping[int, Choice]) -> dict[Resource, list[Use]]:
    """What the planned sessions take. A seat left as it is has whoever leads on that day."""
    found: dict[Resource, list[Use]] = defaultdict(list)
    for item in staffing.planned:
        group = item.group.pk
        for seat in SEATS:
            for number in _who(item, seat, staffing.now[group], choices.get(group, staffing.now[group])):
                kind = BookingKind.ROOM if seat == ROOM else BookingKind.STAFF
                use = Use(item.meeting.starts_at, item.meeting.ends_at, (group, seat))
                found[kind.value, number].append(use)
    return found


def _who(item: Planned, seat: str, now: Choice, choice: Choice) -> Iterable[int]:
    chosen = choice.room_at(item.slot.pk) if seat == ROOM else getattr(choice, seat)
    if seat == ROOM or chosen != getattr(now, seat):
        return [chosen] if chosen else []
    return [user for user, role in item.leaders if role == ROLES[seat]]


def _taken(staffing: Staffing, wanted: Mapping[Resource, list[Use]]) -> list[tuple[Resource, Use]]:
    """What other sessions have of it: those that are not published from these groups' weekly times."""
    uses = [use for found in wanted.values() for use in found]
    if not uses:
        return []
    ours = Session.objects.filter(group__in=list(staffing.now), slot__isnull=False).values("pk")
    rows = (
        Booking.objects.blocking()
        .between(min(uses).starts_at, max(use.ends_at for use in uses))
        .filter(kind__in=[BookingKind.ROOM, BookingKind.STAFF], resource_id__in={number for _, number in wanted})
        .exclude(session__in=ours)
        .values_list("kind", "resource_id", "starts_at", "ends_at", "session_id")
    )
    found = [((kind, number), Use(start, end, None, session)) for kind, number, start, end, session in rows]
    return [(resource, use) for resource, use in found if resource in wanted]


def _pairs(uses: list[Use]) -> Iterator[tuple[Use, Use]]:
    """Each two that overlap, both ways round; back to back is no overlap, and a group does not clash with itself."""
    ordered = sorted(uses, key=lambda use: (use.starts_at, use.ends_at))
    for number, first in enumerate(ordered):
        for other in takewhile(lambda use: use.starts_at < first.ends_at, ordered[number + 1 :]):  # noqa: B023
            if not (first.place and other.place and first.place[0] == other.place[0]):
                yield first, other
                yield other, first


class _Words:
    """The names of everything, as the user may read them."""

    def __init__(self, staffing: Staffing, sessions: set[int], user: Person) -> None:
        self.staffing, self.user = staffing, user
        self.zone = staffing.program.location.zone
        self.groups = {group.pk: group for group in staffing.groups}
        found = Session.objects.select_related("group__program", "service", "program").filter(pk__in=sessions)
        named = set(found.visible_to(user).values_list("pk", flat=True))
        self.sessions = {session.pk: self._name(session) if session.pk in named else "" for session in found}

    def _name(self, session: Session) -> str:
        """What a session is called, with its program where that is another: groups of two are often called alike."""
        label = session_label(session, self.user)
        return label if session.program_id == self.staffing.program.pk else f"{label} of {session.program}"

    def label(self, use: Use) -> str:
        return group_label(self.groups[use.place[0]], self.user) if use.place else self.sessions[use.session]

    def hours(self, use: Use) -> str:
        """“Mon 6:00–7:30 PM”."""
        start, end = use.starts_at.astimezone(self.zone), use.ends_at.astimezone(self.zone)
        return f"{date_format(start, 'D')} {span(start, end)}"

    def sentence(self, resource: Resource, label: str, hours: str, starts: list[datetime]) -> str:
        """“Room 2 is taken Mon 7:15–8:45 PM by Relapse Prevention, 12 times.” What happens once has its date."""
        kind, number = resource
        holder = self.staffing.rooms[number] if kind == BookingKind.ROOM else self.staffing.people[number]
        if len(starts) == 1:
            weekday, times = hours.split(" ", 1)
            hours = f"{weekday} {date_format(starts[0].astimezone(self.zone), 'M j')}, {times}"
            return taken(kind, str(holder), hours, label)
        return f"{taken(kind, str(holder), hours, label)[:-1]}, {len(starts)} times."
