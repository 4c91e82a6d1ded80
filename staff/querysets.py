from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db.models import QuerySet

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
