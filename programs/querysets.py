"""The questions asked of this room's rows. Dates are inclusive; `visible_to` never joins, so it can be locked."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Self, TypeVar

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from .choices import AttendedBy

if TYPE_CHECKING:
    from staff.models import User

    from .models import Program

Row = TypeVar("Row", bound=Model)
type Person = User | AnonymousUser


def in_force(day: date) -> Q:
    """Rows whose `starts_on` to `ends_on` include `day`; an empty end of the span is open."""
    return (Q(starts_on=None) | Q(starts_on__lte=day)) & (Q(ends_on=None) | Q(ends_on__gte=day))


def sees_all(user: Person) -> bool:
    return user.is_active and user.is_superuser


class DatedQuerySet(QuerySet[Row]):
    def active_on(self, day: date) -> Self:
        """Rows in force on `day`."""
        return self.filter(in_force(day))


class RetiringQuerySet(QuerySet[Row]):
    def active_on(self, day: date) -> Self:
        """Rows not retired on `day`; `retired_on` is the first day without them."""
        return self.filter(Q(retired_on=None) | Q(retired_on__gt=day))


class PostingQuerySet(DatedQuerySet["Posting"]):
    def of(self, user: Person, day: date | None = None) -> Self:
        """The user's postings in force on `day` (today if left out); none for someone signed out or deactivated."""
        if not user.is_active:
            return self.none()
        return self.filter(user_id=user.pk).active_on(day or timezone.localdate())

    def reaching(self, *, program: "Program | OuterRef", location: object) -> Self:
        """Postings in `program`, in its `location`, or provider-wide."""
        return self.filter(Q(program=program) | Q(location=location) | Q(program=None, location=None))

    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Postings inside the user's own scope: in a program or a place that is theirs."""
        if sees_all(user):
            return self
        own = _postings_of(user, day)
        return self.filter(
            Exists(own.filter(program=None, location=None))
            | Exists(own.filter(location=OuterRef("location")))
            | Q(program__in=_programs_of(user, day))
        )


class LocationQuerySet(RetiringQuerySet["Location"]):
    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Locations where the user is posted, or where a program is that they see."""
        if sees_all(user):
            return self
        own = _postings_of(user, day)
        return self.filter(
            Exists(own.filter(program=None, location=None))
            | Exists(own.filter(location=OuterRef("pk")))
            | Q(pk__in=_programs_of(user, day).values("location"))
        )


class RoomQuerySet(RetiringQuerySet["Room"]):
    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Rooms of the locations the user sees."""
        return self if sees_all(user) else self.filter(location__in=_locations_of(user, day))


class ProgramQuerySet(RetiringQuerySet["Program"]):
    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Programs the user's postings of `day` (today if left out) reach; a superuser sees all."""
        if sees_all(user):
            return self
        return self.filter(
            Exists(_postings_of(user, day).reaching(program=OuterRef("pk"), location=OuterRef("location")))
        )

    def for_list(self) -> Self:
        return self.select_related("location").order_by("location__name", "name")

    def with_timetable(self) -> Self:
        """Fetch what `Program.weekly_pattern()` reads: a constant number of queries for any number of programs."""
        return self.prefetch_related("groups__service", "groups__slots", "groups__phases", "doses__service")


class OfAProgramQuerySet(QuerySet[Row]):
    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Rows of the programs the user sees."""
        return self if sees_all(user) else self.filter(program__in=_programs_of(user, day))


class PolicyValueQuerySet(OfAProgramQuerySet["PolicyValue"]):
    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Values of the programs the user sees, and the provider-wide ones, which apply to everybody."""
        return self if sees_all(user) else self.filter(Q(program=None) | Q(program__in=_programs_of(user, day)))

    def applying_to(self, programs: Iterable[int]) -> Self:
        """Values of these programs, by id, and the provider-wide ones."""
        return self.filter(Q(program=None) | Q(program__in=list(programs)))

    def set_by(self, day: date) -> Self:
        """Values begun by `day`, oldest first: of each program and key the last is the one in force."""
        return self.filter(starts_on__lte=day).order_by("starts_on")


class ServiceTypeQuerySet(RetiringQuerySet["ServiceType"]):
    def groups(self) -> Self:
        """Services given in groups."""
        return self.filter(is_group=True)


class GroupQuerySet(RetiringQuerySet["Group"], OfAProgramQuerySet["Group"]):
    def countable(self) -> Self:
        """Groups whose minutes count toward the weekly hours, by service and purpose (R-45)."""
        return self.filter(
            Q(service__counts_toward_hours=True) & (Q(service__counts_only_with_purpose=False) | ~Q(purpose=""))
        )

    def for_patients(self) -> Self:
        """Groups a patient attends: all but the family-only."""
        by_service = Q(attended_by="") & ~Q(service__attended_by=AttendedBy.FAMILY_ONLY)
        return self.filter(by_service | Q(attended_by__in=[AttendedBy.PATIENT, AttendedBy.PATIENT_AND_FAMILY]))


class ClosureQuerySet(DatedQuerySet["Closure"]):
    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Closures that touch a program or a place the user sees; provider-wide ones touch everybody."""
        if sees_all(user):
            return self
        return self.filter(
            Q(program=None, location=None)
            | Q(location__in=_locations_of(user, day))
            | Q(program__in=_programs_of(user, day))
        )

    def touching(self, program: "Program") -> Self:
        """Closures of the program, of its location, or of the whole provider."""
        return self.filter(Q(program=program) | Q(location_id=program.location_id) | Q(program=None, location=None))


def _postings_of(user: Person, day: date | None) -> PostingQuerySet:
    return apps.get_model("programs", "Posting").objects.of(user, day)


def _programs_of(user: Person, day: date | None) -> ProgramQuerySet:
    return apps.get_model("programs", "Program").objects.visible_to(user, day).values("pk")


def _locations_of(user: Person, day: date | None) -> LocationQuerySet:
    return apps.get_model("programs", "Location").objects.visible_to(user, day).values("pk")
