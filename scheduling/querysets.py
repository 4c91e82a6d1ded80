"""The questions asked of this room's rows. Dates are local and inclusive; moments are half-open."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.apps import apps
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from programs.models import Group, GroupLeader, GroupSlot, Posting, Program
from programs.querysets import Person, in_force
from staff.models import User

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

    def between(self, start: datetime, end: datetime) -> Self:
        """Sessions that overlap `start` to `end`; the bound keeps the index in use."""
        return self.filter(starts_at__lt=end, starts_at__gt=start - LONGEST_SESSION, ends_at__gt=start)

    def on_days(self, first: date, last: date | None = None) -> Self:
        """Sessions of the local days `first` to `last`; an empty last day is open."""
        return self.filter(day__gte=first) if last is None else self.filter(day__range=(first, last))

    def taking_place(self) -> Self:
        return self.exclude(status=SessionStatus.CANCELLED)

    def not_started(self, at: datetime) -> Self:
        return self.filter(starts_at__gt=at)

    def with_attendance(self) -> Self:
        """Sessions whose attendance was saved, or that hold a row with a status."""
        logged = _rows("Attendance").filter(session=OuterRef("pk"), status__isnull=False)
        return self.filter(Q(logged_at__isnull=False) | Exists(logged))

    def for_list(self) -> Self:
        """Fetch what a line shows: group, service, room, place and who leads."""
        return self.select_related(
            "group__service", "service", "room", "program__location", "closed_by"
        ).prefetch_related("staff__user")

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


class AttendanceQuerySet(QuerySet[Any]):
    def for_roster(self) -> Self:
        return self.select_related("status", "episode__patient").order_by("episode__patient")


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
    """The groups in the user's scope that are not retired, with what a line shows; the same queries for any number."""
    members = _rows("Membership").active_on(day).filter(group=OuterRef("pk")).order_by().values("group")
    return (
        Group.objects.visible_to(user, day)
        .active_on(day)
        .select_related("program__location", "service", "room")
        .prefetch_related(
            Prefetch("slots", GroupSlot.objects.active_on(day)),
            Prefetch("leaders", GroupLeader.objects.active_on(day).select_related("user")),
        )
        .annotate(member_count=Coalesce(Subquery(members.annotate(count=Count("pk")).values("count")), 0))
        .order_by("program__location__name", "program__name", "name", "pk")
    )


def possible_leaders(program: Program, day: date) -> QuerySet[User]:
    """Who works in the program on `day` and may lead sessions, by name."""
    posted = Posting.objects.active_on(day).reaching(program=program, location=program.location_id)
    leaders = User.objects.with_perm("scheduling.lead_session", include_superusers=False, backend=MODEL_BACKEND)
    return leaders.filter(Exists(posted.filter(user_id=OuterRef("pk")))).order_by("last_name", "first_name", "pk")


def _rows(model: str) -> QuerySet[Any]:
    return apps.get_model("scheduling", model).objects.all()
