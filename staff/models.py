from decimal import Decimal
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from .querysets import UserManager


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
    def is_staff(self) -> bool:
        """Django's name for: may use the admin."""
        return self.is_active and self.has_perm("staff.use_admin")

