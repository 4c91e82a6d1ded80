from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import Group
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db.models import Q, QuerySet

from .choices import Role

if TYPE_CHECKING:
    from .models import Invitation, User  # noqa: F401 (as text below)


class UserQuerySet(QuerySet["User"]):
    def with_role(self, role: Role) -> UserQuerySet:
        """Whoever holds the role, deactivated people included."""
        return self.filter(pk__in=Group.objects.filter(name=role.value).values("user"))


class UserManager(DjangoUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, email: str | None = None, password: str | None = None, **fields: Any) -> User:
        """Make and save a user; the sign-in name is stored in lower case. Without a password nobody can sign in."""
        fields.setdefault("is_superuser", False)
        return self._create_user(username.lower(), email, password, **fields)

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> User:
        fields["is_superuser"] = True
        return self.create_user(username, email, password, **fields)


class InvitationQuerySet(QuerySet["Invitation"]):
    def live(self, at: datetime) -> InvitationQuerySet:
        """The links that still open at `at`: neither used nor withdrawn, not expired, for a person who works here."""
        return self.filter(used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at, user__is_active=True)


class DatedQuerySet(QuerySet[Any]):
    def active_on(self, day: date) -> Self:
        """Rows in force on `day`; an empty last day is open."""
        return self.touching(day, day)

    def touching(self, first: date, last: date | None) -> Self:
        """Rows in force on at least one day from `first` to `last`; an empty last day is open."""
        found = self.filter(Q(ends_on=None) | Q(ends_on__gte=first))
        return found if last is None else found.filter(starts_on__lte=last)

    def of(self, users: Iterable[int]) -> Self:
        """Rows of these people, by id."""
        return self.filter(user__in=list(users))


class SupervisionQuerySet(DatedQuerySet):
    def of(self, users: Iterable[int]) -> Self:
        """Supervision that these people receive, by id."""
        return self.filter(supervisee__in=list(users))


class CredentialQuerySet(QuerySet[Any]):
    def of(self, users: Iterable[int]) -> Self:
        """Credentials of these people, by id, with their types."""
        return self.filter(user__in=list(users)).select_related("type")

    def expiring(self, day: date, until: date) -> Self:
        """Credentials whose last day is from `day` to `until`, both included."""
        return self.filter(expires_on__range=(day, until))
