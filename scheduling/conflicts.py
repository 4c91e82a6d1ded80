"""What is taken when: the one conflict check (R-29). It asks the bookings and nothing else."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.formats import date_format

from patients.models import Patient
from programs.models import Room
from programs.querysets import Person
from staff.models import User
from web.refusals import Refusal

from .choices import BookingKind
from .labels import session_label
from .models import Booking, Session

type Resource = tuple[str, int]
FIELDS = {BookingKind.ROOM: "room", BookingKind.STAFF: "leader", BookingKind.PATIENT: "episode"}


@dataclass(frozen=True)
class Wanted:
    """A room, leader or patient that a session would take from `starts_at` to `ends_at` (half-open)."""

    kind: str
    resource_id: int
    starts_at: datetime
    ends_at: datetime

    @property
    def resource(self) -> Resource:
        return self.kind, self.resource_id


@dataclass(frozen=True)
class Clash:
    """What is wanted, and the session that has it."""

    wanted: Wanted
    taken_by: int


class Diary:
    """The blocking times of many resources, each a sorted list without overlaps."""

    def __init__(self) -> None:
        self._times: dict[Resource, list[tuple[datetime, datetime, int]]] = defaultdict(list)

    def add(self, wanted: Wanted, session_id: int) -> None:
        times = self._times[wanted.resource]
        entry = (wanted.starts_at, wanted.ends_at, session_id)
        times.insert(bisect_left(times, entry), entry)

    def holder(self, wanted: Wanted) -> int | None:
        """The session that has the resource at some time of `wanted`; None where it is free."""
        times = self._times.get(wanted.resource, [])
        place = bisect_left(times, (wanted.ends_at,))
        if place and times[place - 1][1] > wanted.starts_at:
            return times[place - 1][2]
        return None


def diary(wanted: Sequence[Wanted], *, ignoring: Iterable[int] = ()) -> Diary:
    """The blocking bookings around `wanted`, in one query, less those of the sessions `ignoring`."""
    found = Diary()
    if not wanted:
        return found
    by_kind: dict[str, set[int]] = defaultdict(set)
    for item in wanted:
        by_kind[item.kind].add(item.resource_id)
    resources = Q()
    for kind, ids in by_kind.items():
        resources |= Q(kind=kind, resource_id__in=ids)
    bookings = (
        Booking.objects.blocking()
        .between(min(item.starts_at for item in wanted), max(item.ends_at for item in wanted))
        .outside(ignoring)
        .filter(resources)
    )
    for row in bookings.values_list("kind", "resource_id", "starts_at", "ends_at", "session_id"):
        found.add(Wanted(*row[:4]), row[4])
    return found


def clashes(wanted: Sequence[Wanted], *, ignoring: Iterable[int] = ()) -> list[Clash]:
    """Those of `wanted` that another session has already; back to back is no clash."""
    times = diary(wanted, ignoring=ignoring)
    return [Clash(item, holder) for item in wanted if (holder := times.holder(item)) is not None]


def refusal(found: Sequence[Clash], *, user: Person | None) -> Refusal | None:
    """The refusal for the first of the clashes, in words `user` may read; None where there is none."""
    if not found:
        return None
    sentence = sentences(found[:1], user=user)[0]
    return Refusal(
        f"{sentence} Choose another time.",
        code="booking_overlap",
        rule="R-29",
        field=FIELDS[BookingKind(found[0].wanted.kind)],
    )


def sentences(found: Sequence[Clash], *, user: Person | None, dated: bool = False) -> list[str]:
    """One sentence for each clash, in a constant number of queries. A session out of the user's scope is not named.

    `dated` puts the day before it: “Fri Nov 27: Room 2 is taken 6:00–6:50 PM by Early Recovery Skills.”
    """
    sessions = Session.objects.select_related("group__program", "service", "program__location").in_bulk(
        {clash.taken_by for clash in found}
    )
    open_to_user = Session.objects.filter(pk__in=sessions)
    named = set((open_to_user if user is None else open_to_user.visible_to(user)).values_list("pk", flat=True))
    names = _names([clash.wanted for clash in found])
    said = [
        taken(
            clash.wanted.kind,
            names[clash.wanted.resource],
            sessions[clash.taken_by].span,
            session_label(sessions[clash.taken_by], user) if clash.taken_by in named else "",
        )
        for clash in found
    ]
    if not dated:
        return said
    days = [sessions[clash.taken_by].day for clash in found]
    return [f"{day_in_words(day)}: {sentence}" for day, sentence in zip(days, said, strict=True)]


def taken(kind: str, name: str, when: str, label: str) -> str:
    """Who has it: “Room 2 is taken 6:00–6:50 PM by Skills.” Without a label it is somebody out of scope."""
    if kind == BookingKind.ROOM:
        return f"{name} is taken {when} by {label or 'another program'}."
    if kind == BookingKind.STAFF:
        return f"{name} leads {label or 'a session of another program'} {when}."
    return f"{name} is in {label or 'a session of another program'} {when}."


def day_in_words(day: date) -> str:
    return date_format(day, "D M j")


def _names(wanted: Iterable[Wanted]) -> dict[Resource, str]:
    """What people call each room, leader and patient; one query for each kind that occurs."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for item in wanted:
        by_kind[item.kind].add(item.resource_id)
    rooms = Room.objects.in_bulk(by_kind[BookingKind.ROOM])
    leaders = User.objects.in_bulk(by_kind[BookingKind.STAFF])
    patients = Patient.objects.in_bulk(by_kind[BookingKind.PATIENT])
    return (
        {(BookingKind.ROOM.value, pk): room.name for pk, room in rooms.items()}
        | {(BookingKind.STAFF.value, pk): str(user) for pk, user in leaders.items()}
        | {(BookingKind.PATIENT.value, pk): patient.preferred_name for pk, patient in patients.items()}
    )
