"""Who is expected, or was there: derived from memberships until attendance is first saved, then its rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from patients.models import Episode

from .models import Attendance, Membership, Session


@dataclass(frozen=True)
class RosterRow:
    """One person of a session. A guest is on it without being a member: a make-up, or whoever was in the room."""

    episode: Episode
    attendance: Attendance | None
    is_member: bool


@dataclass(frozen=True)
class Roster:
    """The rows, and who joined by a date set later: members of that day without a row, a difference to settle."""

    rows: list[RosterRow]
    joined_later: list[Episode]

    @property
    def patients(self) -> set[int]:
        """Ids of everybody it names, for the audit trail."""
        return {row.episode.patient_id for row in self.rows} | {episode.patient_id for episode in self.joined_later}


def roster(session: Session) -> Roster:
    """The roster of a session fetched `with_roster()`; no query."""
    rows = {row.episode_id: row for row in session.attendances.all()}
    members = {m.episode_id: m.episode for m in _members(session)}
    on_it = [
        RosterRow(row.episode, row, episode_id in members)
        for episode_id, row in rows.items()
        if not row.is_entered_in_error
    ]
    without_row = [episode for episode_id, episode in members.items() if episode_id not in rows]
    if session.logged_at is None:
        on_it += [RosterRow(episode, None, is_member=True) for episode in without_row]
        without_row = []
    return Roster(sorted(on_it, key=lambda row: _by_name(row.episode)), sorted(without_row, key=_by_name))


def _members(session: Session) -> Iterable[Membership]:
    return [m for m in session.group.memberships.all() if m.covers(session.day)] if session.group else []


def _by_name(episode: Episode) -> tuple[str, str, int]:
    return episode.patient.family.casefold(), episode.patient.given.casefold(), episode.pk
