"""Clashes that stand: what a session needs and another one has. Publishing lets them be, so somebody settles them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from programs.querysets import Person

from . import conflicts
from .choices import BookingKind, StaffRole
from .conflicts import Clash, Wanted
from .models import Booking, Session

ORDER = [BookingKind.ROOM, BookingKind.STAFF, BookingKind.PATIENT]


@dataclass(frozen=True)
class Standing:
    """A session that waits for what another one has, and the sentence that says so; `patients` are those it names."""

    session: Session
    sentence: str
    patients: tuple[int, ...] = ()


def standing(sessions: Iterable[Session], *, user: Person) -> list[Standing]:
    """What these sessions, fetched `for_list()`, wait for, in words `user` may read; an observer waits for nothing.

    However much two sessions share, it is said once for the session that waits. A constant number of queries.
    """
    by_id = {session.pk: session for session in sessions}
    found = _clashes(by_id)
    if not found:
        return []
    said = conflicts.sentences([clash for _, clash in found], user=user)
    pairs: dict[tuple[int, int], list[tuple[Clash, str]]] = defaultdict(list)
    for (waiting, clash), sentence in zip(found, said, strict=True):
        pairs[waiting, clash.taken_by].append((clash, sentence))
    return [_standing(by_id[waiting], parts) for (waiting, _), parts in pairs.items()]


def _clashes(sessions: dict[int, Session]) -> list[tuple[int, Clash]]:
    """Each with the session that waits, in the order of the sessions, room before leader before patient."""
    watching = {
        (session.pk, part.user_id)
        for session in sessions.values()
        for part in session.staff.all()
        if part.role == StaffRole.OBSERVER
    }
    waiting = [
        (row.session_id, Wanted(row.kind, row.resource_id, row.starts_at, row.ends_at))
        for row in Booking.objects.filter(session__in=list(sessions), blocks=False)
        if not (row.kind == BookingKind.STAFF and (row.session_id, row.resource_id) in watching)
    ]
    times = conflicts.diary([wanted for _, wanted in waiting])
    place = {session: number for number, session in enumerate(sessions)}
    waiting.sort(key=lambda row: (place[row[0]], ORDER.index(BookingKind(row[1].kind)), row[1].resource_id))
    return [(pk, Clash(wanted, holder)) for pk, wanted in waiting if (holder := times.holder(wanted)) is not None]


def _standing(session: Session, parts: list[tuple[Clash, str]]) -> Standing:
    """One sentence for each kind of thing; of several patients the first is named, and how many more."""
    patients = [(clash, said) for clash, said in parts if clash.wanted.kind == BookingKind.PATIENT]
    said = [said for clash, said in parts if clash.wanted.kind != BookingKind.PATIENT]
    if patients:
        more = len(patients) - 1
        said.append(patients[0][1] + (f" So {'is' if more == 1 else 'are'} {more} more." if more else ""))
    return Standing(session, " ".join(said), tuple(clash.wanted.resource_id for clash, _ in patients[:1]))
