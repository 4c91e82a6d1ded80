"""The questions asked of this room's rows. Dates are inclusive; `visible_to` never joins, so it can be locked."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from staff.choices import Role

if TYPE_CHECKING:
    from staff.models import User

    from . import models

Row = TypeVar("Row", bound=Model)
type Person = User | AnonymousUser


def in_force(day: date) -> Q:
    """Rows whose `starts_on` to `ends_on` include `day`; an empty end of the span is open."""
    return (Q(starts_on=None) | Q(starts_on__lte=day)) & (Q(ends_on=None) | Q(ends_on__gte=day))


def not_retired(day: date) -> Q:
    """Rows in use on `day`; `retired_on` is the first day without them."""
    return Q(retired_on=None) | Q(retired_on__gt=day)


def sees_all(user: Person) -> bool:
    return user.is_active and user.is_superuser


class DatedQuerySet(QuerySet[Row]):
    def active_on(self, day: date) -> Self:
        """Rows in force on `day`."""
        return self.filter(in_force(day))

    def not_over(self, day: date) -> Self:
        """Rows in force on `day`, or later."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day))


class RetiringQuerySet(QuerySet[Row]):
    def active_on(self, day: date) -> Self:
        """Rows not retired on `day`."""
        return self.filter(not_retired(day))


class ScopedQuerySet(QuerySet[Row]):
    """Rows that postings reach. `within(own)` says which ones a queryset of postings reaches."""

    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Rows that the user's postings of `day` (today if left out) reach; a superuser sees all."""
        return self if sees_all(user) else self.reached_by(_postings().of(user, day))

    def set_up_by(self, user: Person, day: date | None = None) -> Self:
        """What the set-up shows the user: rows that postings as director or deputy reach, no other posting."""
        return self if sees_all(user) else self.reached_by(_postings().of(user, day).in_charge())

    def directed_by(self, user: Person, day: date | None = None) -> Self:
        """Rows reached by postings in which the user is director or deputy; a superuser directs all."""
        return self if sees_all(user) else self.within(_postings().of(user, day).in_charge())

    def reached_by(self, own: "PostingQuerySet") -> Self:
        """Rows that one sees through these postings."""
        return self.within(own)

    def within(self, own: "PostingQuerySet") -> Self:
        """Rows of the programs that these postings reach."""
        return self.filter(program__in=_programs_within(own))


class ScopedDatedQuerySet(ScopedQuerySet[Row]):
    def active_on(self, day: date) -> Self:
        """Rows in force on `day`."""
        return self.filter(in_force(day))


class ScopedRetiringQuerySet(ScopedQuerySet[Row]):
    def active_on(self, day: date) -> Self:
        """Rows not retired on `day`."""
        return self.filter(not_retired(day))


class PostingQuerySet(ScopedDatedQuerySet["models.Posting"]):
    def of(self, user: Person, day: date | None = None) -> Self:
        """The user's postings in force on `day` (today if left out); none for someone signed out or deactivated."""
        if not user.is_active:
            return self.none()
        return self.filter(user_id=user.pk).active_on(day or timezone.localdate())

    def not_over(self, day: date) -> Self:
        """In force on `day`, or later."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day))

    def deputies(self) -> Self:
        return self.filter(is_deputy=True)

    def in_charge(self) -> Self:
        """Postings of directors, and those of deputies."""
        directors = get_user_model().objects.filter(groups__name=Role.DIRECTOR).values("pk")
        return self.filter(Q(is_deputy=True) | Q(user__in=directors))

    def provider_wide(self) -> Self:
        return self.filter(program=None, location=None)

    def reaching(self, *, program: "models.Program | OuterRef", location: object) -> Self:
        """Postings in `program`, in its `location`, or provider-wide."""
        return self.filter(Q(program=program) | Q(location=location) | Q(program=None, location=None))

    def reaching_any(self, programs: "ProgramQuerySet") -> Self:
        """Postings in one of `programs`, in a location of theirs, or provider-wide."""
        places = Q(location__in=programs.values("location"))
        return self.filter(Q(program__in=programs.values("pk")) | places | Q(program=None, location=None))

    def within(self, own: "PostingQuerySet") -> Self:
        """Postings that reach no further than these: in their programs, or in a place that is theirs whole."""
        return self.filter(
            Exists(own.provider_wide())
            | Exists(own.filter(location=OuterRef("location_id")))
            | Q(program__in=_programs_within(own))
        )


class LocationQuerySet(ScopedRetiringQuerySet["models.Location"]):
    def within(self, own: PostingQuerySet) -> Self:
        """Locations of these postings, whole or for one of their programs."""
        return self.filter(Q(pk__in=_programs_within(own).values("location")) | _whole_place(own, "pk"))

    def directed_by(self, user: Person, day: date | None = None) -> Self:
        """Locations that are the director's or deputy's whole, not only for a program there."""
        return self if sees_all(user) else self.filter(_whole_place(_postings().of(user, day).in_charge(), "pk"))


class RoomQuerySet(ScopedRetiringQuerySet["models.Room"]):
    def within(self, own: PostingQuerySet) -> Self:
        """Rooms of the locations of these postings."""
        places = apps.get_model("programs", "Location").objects.within(own).values("pk")
        return self.filter(location__in=places)

    def directed_by(self, user: Person, day: date | None = None) -> Self:
        """Rooms of locations that are the director's or deputy's whole."""
        return (
            self if sees_all(user) else self.filter(_whole_place(_postings().of(user, day).in_charge(), "location_id"))
        )


class ProgramQuerySet(ScopedRetiringQuerySet["models.Program"]):
    def within(self, own: PostingQuerySet) -> Self:
        """Programs of these postings: theirs, of their location, or all."""
        return self.filter(Exists(own.reaching(program=OuterRef("pk"), location=OuterRef("location_id"))))

    def with_timetable(self) -> Self:
        """Fetch what `Program.weekly_pattern()` reads: a constant number of queries for any number of programs."""
        return self.prefetch_related("groups__service", "groups__slots", "groups__phases", "doses__service")

    def with_lines(self) -> Self:
        """Fetch what `exporting.lines_of()` reads: the timetable, and rooms and leaders besides."""
        return (
            self.select_related("location").with_timetable().prefetch_related("groups__room", "groups__leaders__user")
        )


class PolicyValueQuerySet(ScopedQuerySet["models.PolicyValue"]):
    def reached_by(self, own: PostingQuerySet) -> Self:
        """Values of the programs of these postings, and the provider-wide ones, which apply to everybody."""
        return self.filter(program=None) | self.within(own)

    def applying_to(self, programs: Iterable[int]) -> Self:
        """Values of these programs, by id, and the provider-wide ones."""
        return self.filter(Q(program=None) | Q(program__in=list(programs)))

    def set_by(self, day: date) -> Self:
        """Values begun by `day`, oldest first: of each program and key the last is the one in force."""
        return self.filter(starts_on__lte=day).order_by("starts_on")


class ReachingQuerySet(ScopedDatedQuerySet[Row]):
    """Dated rows for a program, a location, or with neither for the whole provider."""

    def reached_by(self, own: PostingQuerySet) -> Self:
        """Rows that touch a program or a place of these postings; provider-wide ones touch everybody."""
        return self.filter(program=None, location=None) | self.within(own)

    def within(self, own: PostingQuerySet) -> Self:
        """Rows of the programs and the locations of these postings."""
        places = apps.get_model("programs", "Location").objects.within(own).values("pk")
        return self.filter(Exists(own.provider_wide()) | Q(location__in=places) | Q(program__in=_programs_within(own)))

    def directed_by(self, user: Person, day: date | None = None) -> Self:
        """Rows that touch only what the director or deputy directs."""
        if sees_all(user):
            return self
        own = _postings().of(user, day).in_charge()
        return self.filter(_whole_place(own, "location_id") | Q(program__in=_programs_within(own)))

    def touching(self, program: "models.Program") -> Self:
        """Rows of the program, of its location, or of the whole provider."""
        return self.filter(Q(program=program) | Q(location_id=program.location_id) | Q(program=None, location=None))


class ClosureQuerySet(ReachingQuerySet["models.Closure"]):
    pass


class AccreditationQuerySet(ReachingQuerySet["models.Accreditation"]):
    pass


class CurriculumQuerySet(ScopedRetiringQuerySet["models.Curriculum"]):
    def reached_by(self, own: PostingQuerySet) -> Self:
        """Curricula of the programs of these postings, and those of the whole provider."""
        return self.filter(program=None) | self.within(own)

    def taught_in(self, program: "models.Program | int") -> Self:
        """Curricula of the program, and those of the whole provider."""
        return self.filter(Q(program=program) | Q(program=None))


def _postings() -> PostingQuerySet:
    return apps.get_model("programs", "Posting").objects.all()


def _programs_within(own: PostingQuerySet) -> QuerySet[Any, Any]:
    return apps.get_model("programs", "Program").objects.within(own).values("pk")


def _whole_place(own: PostingQuerySet, location: str) -> Q:
    """The row's location is reached whole: by a posting in all of it, or provider-wide."""
    return Q(Exists(own.provider_wide())) | Q(Exists(own.filter(location=OuterRef(location))))
