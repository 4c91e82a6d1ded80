"""Leaders and rooms of all groups of a program from a day on: who has them, who may, and what a choice runs into."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.formats import date_format

from programs import policy
from programs.choices import LeaderRole
from programs.leading import LeadBook, Verdict, lead_book
from programs.models import Group, GroupLeader, GroupSlot, Program, Room
from staff.models import Supervision, TimeAway, User
from web.refusals import Refusal

from . import rules
from .cover import away_in_words, time_away
from .pattern import Planned, planned
from .querysets import possible_leaders
from .wallclock import span

LEAD, CO_LEAD, ROOM, ROOMS = "lead", "co_lead", "room", "rooms"
SEATS = (LEAD, CO_LEAD, ROOM)
ROLES = {LEAD: LeaderRole.LEAD, CO_LEAD: LeaderRole.CO_LEAD}
AHEAD = timedelta(weeks=12)
LICENSES_AHEAD = timedelta(weeks=26)


@dataclass(frozen=True)
class Choice:
    """Who leads and co-leads a group, and its room, as ids; None: nobody, or no room.

    `rooms` are those weekly times, by id, that have another room than the group.
    """

    lead: int | None = None
    co_lead: int | None = None
    room: int | None = None
    rooms: tuple[tuple[int, int], ...] = ()

    def differs(self, other: "Choice") -> list[str]:
        return [seat for seat in (*SEATS, ROOMS) if getattr(self, seat) != getattr(other, seat)]

    def room_at(self, slot: int) -> int | None:
        """The room of a weekly time."""
        return dict(self.rooms).get(slot, self.room)


def other_rooms(room: int | None, by_slot: Iterable[tuple[int, int | None]]) -> tuple[tuple[int, int], ...]:
    """Of the rooms of weekly times those that are not the group's own, in the order of the times' ids."""
    return tuple(sorted((slot, chosen) for slot, chosen in by_slot if chosen and chosen != room))


@dataclass(frozen=True)
class Note:
    """What is known of a choice. `kind` is info, or due: it wants settling."""

    kind: str
    text: str
    rule: str = ""


def groups_to_staff(program: Program, day: date) -> list[Group]:
    """The groups in use on `day`, by name, with their weekly times and leaders from then on; three queries."""
    slots: Any = GroupSlot.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day)).select_related("room")
    leaders: Any = GroupLeader.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day)).select_related("user")
    return list(
        Group.objects.filter(program=program)
        .active_on(day)
        .select_related("program__location", "service", "room")
        .prefetch_related(Prefetch("slots", slots), Prefetch("leaders", leaders.order_by("starts_on", "pk")))
        .order_by("name", "pk")
    )


def choice_on(group: Group, day: date) -> Choice:
    """How a group fetched by `groups_to_staff()` stands on `day`."""
    on_day = {row.role: row.user_id for row in reversed(group.leaders.all()) if row.leads_on(day)}
    rooms = other_rooms(group.room_id, ((slot.pk, slot.room_id) for slot in group.slots.all()))
    return Choice(on_day.get(LeaderRole.LEAD), on_day.get(LeaderRole.CO_LEAD), group.room_id, rooms)


def time_in_words(slot: GroupSlot) -> str:
    """“Wed 6:00–7:30 PM”."""
    return f"{slot.get_weekday_display()[:3]} {span(slot.start, slot.end)}"


class Staffing:
    """A program's groups as they stand on a day, and what there is to choose from; a constant number of queries."""

    def __init__(self, program: Program, *, day: date, today: date) -> None:
        self.program, self.day, self.last = program, day, day + AHEAD
        self.groups = groups_to_staff(program, day)
        self.now = {group.pk: choice_on(group, day) for group in self.groups}
        self.posted = list(possible_leaders(program, day))
        self.book = policy.book(program, today)

    @cached_property
    def people(self) -> dict[int, User]:
        """Whom one can choose: who works here on the day and may lead sessions, and who leads a group from then on."""
        leading = {row.user_id: row.user for group in self.groups for row in group.leaders.all()}
        everyone = leading | {user.pk: user for user in self.posted}
        return dict(sorted(everyone.items(), key=lambda item: (item[1].last_name, item[1].first_name, item[0])))

    @cached_property
    def rooms(self) -> dict[int, Room]:
        """Rooms in use at the location, and those the groups have."""
        used = {room for choice in self.now.values() for room in (choice.room, *dict(choice.rooms).values()) if room}
        in_use = Room.objects.active_on(self.day).filter(location=self.program.location_id)
        return {room.pk: room for room in Room.objects.filter(Q(pk__in=used) | Q(pk__in=in_use)).order_by("name")}

    @cached_property
    def licenses(self) -> LeadBook:
        return lead_book(self.people, self.book)

    @property
    def unverified(self) -> str:
        """Who of those who lead on the day has a credential that nobody has verified: “Rae Lindqvist (LCSW)”."""
        leading = {user for choice in self.now.values() for user in (choice.lead, choice.co_lead) if user}
        found = self.licenses.unverified([pk for pk in self.people if pk in leading], self.day)
        return ", ".join(f"{self.people[one.user_id]} ({one.type})" for one in found)

    @cached_property
    def planned(self) -> list[Planned]:
        """What the weekly times ask for in the twelve weeks from the day on, without closed days."""
        return [item for item in planned(self.groups, first=self.day, last=self.last) if item.closure is None]

    def verdict(self, group: Group, seat: str, user: int) -> Verdict:
        """May the person have the part on the group's first day?"""
        return self.licenses.verdict(
            user, service=group.service, program=self.program, role=ROLES[seat], day=self._first_day(group)
        )

    def refusals(self, group: Group, choice: Choice, seats: Iterable[str]) -> list[Refusal]:
        """Why a choice cannot be, for those of its `seats` that were changed (R-30); each has its seat as field."""
        alone = [seat for seat in seats if seat != ROOMS]
        found = [self._refusal(group, seat, chosen) for seat in alone if (chosen := getattr(choice, seat))]
        twice = rules.two_people(choice.lead, choice.co_lead, field=CO_LEAD) if seats else None
        gone = self._rooms_gone(group, choice) if ROOMS in seats else ()
        return [refusal for refusal in [*found, twice, *gone] if refusal]

    def _rooms_gone(self, group: Group, choice: Choice) -> Iterator[Refusal]:
        times = {slot.pk for slot in group.slots.all()}
        for slot, chosen in choice.rooms:
            if slot not in times or chosen not in self.rooms:
                yield rules.no_longer_there(field=ROOM)

    def _refusal(self, group: Group, seat: str, chosen: int) -> Refusal | None:
        if chosen not in (self.rooms if seat == ROOM else self.people):
            return rules.no_longer_there(field=seat)
        if seat == ROOM:
            return None
        verdict = self.verdict(group, seat, chosen)
        return rules.part_may_be_set(self.people[chosen], verdict, role=ROLES[seat], field=seat)

    def notes(self, group: Group, seat: str, choice: Choice) -> list[Note]:
        """What is known of who or what is chosen for one seat of a group, clashes apart."""
        chosen = getattr(choice, seat)
        if seat == ROOM:
            return self._room_notes({chosen, *dict(choice.rooms).values()})
        if chosen is None:
            return self._empty_notes(group, seat)
        found = [self._license_note(group, seat, chosen), *self._away_notes(group, chosen), *self._posted_notes(chosen)]
        return [note for note in [*found, *self._later_notes(group, seat, choice)] if note]

    def _license_note(self, group: Group, seat: str, user: int) -> Note | None:
        verdict = self.verdict(group, seat, user)
        if not verdict.may:
            return Note("due", f"{self.people[user]} {verdict.reason}: sessions need cover.", "R-30")
        day = self._first_day(group)
        asked: dict[str, Any] = {"service": group.service, "program": self.program, "day": day}
        last = self.licenses.last_day(user, role=ROLES[seat], **asked)
        supervisor = verdict.needs_cosignature and self.licenses.supervisor(user, **asked)
        if last and last <= day + LICENSES_AHEAD:
            signed = f", co-signed by {self._supervisors[supervisor]}" if supervisor else ""
            return Note("due", f"May {ROLES[seat]} until {_dated(last)}{signed}; later sessions need cover.", "R-31")
        return Note("info", f"Needs co-signature by {self._supervisors[supervisor]}.", "R-30") if supervisor else None

    @cached_property
    def _supervisors(self) -> dict[int, User]:
        """Whoever supervises somebody one can choose, by id."""
        return User.objects.in_bulk(set(Supervision.objects.of(self.people).values_list("supervisor", flat=True)))

    @cached_property
    def _away(self) -> dict[int, list[TimeAway]]:
        return time_away(self.people, self.day, self.last)

    def _away_notes(self, group: Group, user: int) -> list[Note]:
        days = self._days[group.pk]
        rows = [row for row in self._away[user] if any(row.covers(day) for day in days)]
        return [Note("due", f"Away {away_in_words(row)}.") for row in rows]

    def _posted_notes(self, user: int) -> list[Note]:
        if any(person.pk == user for person in self.posted):
            return []
        return [Note("due", f"{self.people[user]} does not lead sessions in {self.program} on {_dated(self.day)}.")]

    def _later_notes(self, group: Group, seat: str, choice: Choice) -> list[Note]:
        """A change that is set already for a later day; a new choice replaces it."""
        if getattr(choice, seat) != getattr(self.now[group.pk], seat):
            return []
        later = [row for row in group.leaders.all() if row.role == ROLES[seat]]
        said = [Note("info", f"{row.user} from {_dated(row.starts_on)}.") for row in later if row.starts_on > self.day]
        ends = [row for row in later if row.leads_on(self.day) and row.ends_on and row.ends_on < self.last]
        if said:
            return [Note("info", f"Until {_dated(row.ends_on)}.") for row in ends if row.ends_on] + said
        return [Note("due", f"Until {_dated(row.ends_on)}, and nobody after.") for row in ends if row.ends_on]

    def _empty_notes(self, group: Group, seat: str) -> list[Note]:
        if not group.service.needs_leader:
            return [Note("info", f"{group.service} needs no leader.")] if seat == LEAD else []
        later = self._later_notes(group, seat, self.now[group.pk])
        nobody = [Note("due", "Nobody leads it: its sessions need cover.", "R-30")] if seat == LEAD else []
        return nobody + [note for note in later if note.kind == "info"]

    def _room_notes(self, chosen: Collection[int | None]) -> list[Note]:
        rooms = [room for pk, room in self.rooms.items() if pk in chosen]
        return [Note("due", f"{room} is retired on that day.") for room in rooms if not room.is_active_on(self.day)]

    @cached_property
    def _days(self) -> dict[int, list[date]]:
        days: dict[int, list[date]] = defaultdict(list)
        for item in self.planned:
            days[item.group.pk].append(item.meeting.day)
        return days

    def _first_day(self, group: Group) -> date:
        return next(iter(self._days[group.pk]), self.day)


def _dated(day: date) -> str:
    return date_format(day, "M j, Y")
