from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from staff.choices import Role
from staff.querysets import InvitationQuerySet, UserManager


class User(AbstractUser):
    """Someone who works here and signs in by user name."""

    first_name = models.CharField("first name", max_length=150)
    last_name = models.CharField("last name", max_length=150)
    full_time_equivalent = models.DecimalField(
        "full-time equivalent",
        max_digits=3,
        decimal_places=2,
        default=Decimal("1.00"),
        validators=[MinValueValidator(Decimal("0.05")), MaxValueValidator(Decimal("1.50"))],
        help_text="1.00 is full time. The caseload maximum is in proportion to it.",
    )

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        permissions = [("use_admin", "Can set the portal up in the admin")]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def is_staff(self) -> bool:  # type: ignore[override]
        """Django's name for: may use the admin."""
        return self.is_active and self.has_perm("staff.use_admin")

    @property
    def roles(self) -> list[Role]:
        """The roles in the order of `Role`; one query, unless the groups were prefetched."""
        names = {group.name for group in self.groups.all()}
        return [role for role in Role if role.value in names]


class Invitation(models.Model):
    """A one-time link with which someone sets a password. Only the token's hash is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, in hexadecimal.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at__isnull=True, withdrawn_at__isnull=True),
                name="staff_invitation_one_live",
                violation_error_message="This person already has an open invitation link.",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="staff_invitation_expires_later",
                violation_error_message="An invitation must end after it begins.",
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk}"
