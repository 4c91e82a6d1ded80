"""The questions asked of this room's rows. Dates are local and inclusive; moments are half-open."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.apps import apps
from django.db.models import Count, DateField, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, Greatest, RowNumber

from patients.models import Episode
from programs.models import Group, GroupLeader, GroupSlot, Posting, Program
from programs.querysets import Person, in_force
from staff.models import TimeAway, User

from .choices import SessionStatus

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
LONGEST_SESSION = timedelta(hours=24)


class SessionQuerySet(QuerySet[Any]):
    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Sessions of the programs the user sees, and those in which the user has a part."""
        if user.is_superuser and user.is_active:
            return self
        parts = _rows("SessionStaff").filter(session=OuterRef("pk"), user_id=user.pk if user.is_active else None)
        programs = Program.objects.visible_to(user, day).values("pk")
        return self.filter(Q(program__in=programs) | Exists(parts))

    def on_days(self, first: date, last: date | None = None) -> Self:
        """Sessions of the local days `first` to `last`; an empty last day is open."""
        return self.filter(day__gte=first) if last is None else self.filter(day__range=(first, last))

    def taking_place(self) -> Self:
        return self.exclude(status=SessionStatus.CANCELLED)

    def not_over(self, at: datetime) -> Self:
        return self.filter(ends_at__gt=at)

    def of_episode(self, episode: Episode) -> Self:
        """Sessions somebody is on: as a member of the group that day, booked, or as a guest."""
        member = _rows("Membership").active_on(OuterRef("day")).filter(group=OuterRef("group"), episode=episode)
        on_it = _rows("Attendance").filter(session=OuterRef("pk"), episode=episode, is_entered_in_error=False)
        return self.filter(Q(Exists(member), logged_at=None) | Exists(on_it))

    def waiting(self) -> Self:
        """Sessions that want something another one may have: a booking of theirs does not block."""
        return self.filter(Exists(_rows("Booking").filter(session=OuterRef("pk"), blocks=False)))

    def with_leader_away(self) -> Self:
        """Sessions on a day on which somebody who has a part in them is away."""
        away = TimeAway.objects.filter(
            user=OuterRef("user"), starts_on__lte=OuterRef("session__day"), ends_on__gte=OuterRef("session__day")
        )
        return self.filter(Exists(_rows("SessionStaff").filter(Exists(away), session=OuterRef("pk"))))

    def not_logged(self, at: datetime) -> Self:
        """Sessions over by `at` whose attendance was never saved: a state of its own, and not an absence."""
        return self.taking_place().filter(ends_at__lte=at, logged_at=None)

    def for_list(self) -> Self:
        """Fetch what a line shows: group, service, room, place and who leads."""
        return self.select_related(
            "group__service", "group__program", "service", "room", "program__location", "closed_by"
        ).prefetch_related("staff__user")

    def for_long_list(self) -> Self:
        """The same as `for_list`, with each program, group and service made once for all: for thousands of sessions."""
        return self.prefetch_related("group__service", "group__program", "service", "program__location", "staff__user")

    def with_roster(self) -> Self:
        """Fetch what `rosters.roster()` reads: a constant number of queries for any number of sessions."""
        return self.for_list().prefetch_related(
            "family__related_person",
            Prefetch("attendances", _rows("Attendance").for_roster()),
            Prefetch("group__memberships", _rows("Membership").for_roster()),
        )


class MembershipQuerySet(QuerySet[Any]):
    def active_on(self, day: date) -> Self:
        return self.filter(in_force(day))

    def touching(self, first: date, last: date | None) -> Self:
        """Memberships in force on at least one day from `first` to `last`; an empty last day is open."""
        touching = self.filter(Q(ends_on=None) | Q(ends_on__gte=first))
        return touching if last is None else touching.filter(starts_on__lte=last)

    def for_roster(self) -> Self:
        return self.select_related("episode__patient").order_by("episode__patient", "starts_on")

    def for_chart(self) -> Self:
        """What a chart shows: the groups, in the order they begin."""
        return self.select_related("group__service", "group__program").order_by("starts_on", "group__name", "pk")


class AttendanceQuerySet(QuerySet[Any]):
    def for_roster(self) -> Self:
        return self.select_related("status", "episode__patient").order_by("episode__patient")

    def logged(self) -> Self:
        """Rows that say what became of someone, without those entered in error."""
        return self.filter(status__isnull=False, is_entered_in_error=False)

    def attended(self) -> Self:
        return self.logged().filter(status__is_attended=True)

    def first_days(self, episodes: Iterable[int]) -> dict[int, date]:
        """By episode the first day with an attended session of a service that starts treatment (R-05); one query."""
        begun = self.attended().filter(episode__in=list(episodes), session__service__starts_treatment=True)
        return dict(begun.order_by().values("episode").annotate(first=Min("day")).values_list("episode", "first"))

    def last_before(self, session: Any, episodes: Iterable[int], *, most: int) -> Self:
        """The `most` latest logged rows of each episode before `session`, in its group or of its service; newest first.

        One query for any number of episodes.
        """
        same = Q(session__group=session.group_id) if session.group_id else Q(session__service=session.service_id)
        place = Window(RowNumber(), partition_by="episode", order_by=F("session__starts_at").desc())
        rows = self.logged().filter(same, episode__in=list(episodes), session__starts_at__lt=session.starts_at)
        return rows.annotate(place=place).filter(place__lte=most).select_related("status").order_by("episode", "place")


class BookingQuerySet(QuerySet[Any]):
    def blocking(self) -> Self:
        return self.filter(blocks=True)

    def between(self, start: datetime, end: datetime) -> Self:
        """Bookings that overlap `start` to `end`."""
        return self.filter(starts_at__lt=end, starts_at__gt=start - LONGEST_SESSION, ends_at__gt=start)

    def outside(self, sessions: Iterable[int]) -> Self:
        """Bookings of other sessions than these."""
        return self.exclude(session__in=list(sessions))

    def of(self, kind: str, resources: Iterable[int]) -> Self:
        return self.filter(kind=kind, resource_id__in=list(resources))


def groups_for_list(user: Person, day: date) -> QuerySet[Group]:
    """The groups in the user's scope that are not retired, with what a line shows; the same queries for any number.

    A group of a program that opens later (`is_to_come`) shows the times and leaders of the opening day.
    """
    running: Any = Greatest(Value(day, DateField()), F("group__program__opens_on"))
    slots: Any = GroupSlot.objects.active_on(running).select_related("room")
    leaders: Any = GroupLeader.objects.active_on(running).select_related("user")
    members = _rows("Membership").active_on(day).filter(group=OuterRef("pk")).order_by().values("group")
    return (
        Group.objects.visible_to(user, day)
        .active_on(day)
        .select_related("program__location", "service", "room")
        .prefetch_related(Prefetch("slots", slots), Prefetch("leaders", leaders))
        .annotate(
            is_to_come=Q(program__opens_on__gt=day),
            member_count=Coalesce(Subquery(members.annotate(count=Count("pk")).values("count")), 0),
        )
        .order_by("program__location__name", "program__name", "name", "pk")
    )


def apart_from_the_week(sessions: SessionQuerySet) -> SessionQuerySet:
    """Sessions whose leaders no group decides: booked for one patient or family, or changed by hand."""
    return sessions.filter(Q(slot=None) | Q(is_changed_by_hand=True))


def possible_leaders(program: Program, day: date) -> QuerySet[User]:
    """Who works in the program on `day` and may lead sessions, by name."""
    posted = Posting.objects.active_on(day).reaching(program=program, location=program.location_id)
    leaders = User.objects.with_perm("scheduling.lead_session", include_superusers=False, backend=MODEL_BACKEND)
    return leaders.filter(Exists(posted.filter(user_id=OuterRef("pk")))).order_by("last_name", "first_name", "pk")


def _rows(model: str) -> Any:
    return apps.get_model("scheduling", model).objects.all()
