from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from staff.choices import AwayKind, LeadColumn
from staff.querysets import CredentialQuerySet, DatedQuerySet, SupervisionQuerySet

LAST_DAY_HELP = "The last day, itself included. Leave empty while it goes on."
ENDS_FIRST = "The last day cannot be before the first. Change one of the two dates."


def ends_after_start(name: str) -> models.CheckConstraint:
    """The last day is not before the first; an empty last day is open."""
    return models.CheckConstraint(
        condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name=name, violation_error_message=ENDS_FIRST
    )


class CredentialType(models.Model):
    """A license, certificate or standing, such as LCSW, and the column of the lead matrix it gives (R-30)."""

    name = models.CharField(max_length=20, help_text="As it stands behind a name, such as LCSW.")
    title = models.CharField(max_length=100, help_text="Written out, such as Licensed clinical social worker.")
    column = models.CharField("column of the lead matrix", max_length=12, choices=LeadColumn)
    retired_on = models.DateField(
        null=True, blank=True, help_text="From this day on it can no longer be chosen; credentials of it stay."
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="credential_type_name_once",
                violation_error_message="There is already a credential type of this name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Credential(models.Model):
    """Someone's license or certificate. A renewal is a later last day, or a row of its own."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="credentials")
    type = models.ForeignKey(CredentialType, models.PROTECT, related_name="credentials")
    number = models.CharField(max_length=40, blank=True)
    state = models.CharField(
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{2}\Z", "Write the state's two letters, such as NJ.")],
        help_text="The two letters of the state that issued it.",
    )
    issued_on = models.DateField("valid from")
    expires_on = models.DateField(
        "valid until", null=True, blank=True, help_text="The last day it is valid (R-30). Empty: it does not expire."
    )
    verified_on = models.DateField(
        null=True, blank=True, help_text="The day someone here looked it up at the board that issued it."
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="credentials_verified"
    )
    renewal_filed_on = models.DateField(
        null=True,
        blank=True,
        help_text="The renewal was sent in on this day. It carries the credential on for the policy's days of grace.",
    )
    renewal_filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="renewals_filed"
    )
    renewal_evidence = models.CharField(
        max_length=200, blank=True, help_text="What shows it, such as the board's receipt number."
    )

    objects: ClassVar = CredentialQuerySet.as_manager()

    class Meta:
        ordering = ["user", "type", "issued_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("issued_on")),
                name="credential_dates",
                violation_error_message=ENDS_FIRST,
            ),
            models.CheckConstraint(
                condition=Q(verified_on=None, verified_by=None)
                | Q(verified_on__isnull=False, verified_by__isnull=False),
                name="credential_verified_by_someone",
                violation_error_message="A verification has its day and the person who looked.",
            ),
            models.CheckConstraint(
                condition=Q(renewal_filed_on=None, renewal_filed_by=None, renewal_evidence="")
                | (Q(renewal_filed_on__isnull=False, renewal_filed_by__isnull=False) & ~Q(renewal_evidence="")),
                name="credential_renewal_with_evidence",
                violation_error_message="A filed renewal has its day, who recorded it, and what shows it.",
            ),
            models.UniqueConstraint(
                fields=["user", "type", "state", "issued_on"],
                name="credential_once",
                violation_error_message="This person already has this credential from that day. Change that one.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type}, {self.user}"

    def last_day(self, grace_days: int) -> date | None:
        """The last day it may be relied on: its own, or with a filed renewal the policy's grace after it (R-30)."""
        if self.expires_on is None or self.renewal_filed_on is None:
            return self.expires_on
        return self.expires_on + timedelta(days=grace_days)

    def is_valid_on(self, day: date, *, grace_days: int) -> bool:
        """Whether it is in force on `day`, its last day included (R-30)."""
        last = self.last_day(grace_days)
        return self.issued_on <= day and (last is None or day <= last)


class Supervision(models.Model):
    """Who supervises whom, from when to when; it holds on days on which the supervisor's own credential is valid."""

    supervisee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="supervised_by")
    supervisor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="supervises")
    starts_on = models.DateField("from")
    ends_on = models.DateField("until", null=True, blank=True, help_text=LAST_DAY_HELP)

    objects: ClassVar = SupervisionQuerySet.as_manager()

    class Meta:
        ordering = ["supervisee", "starts_on"]
        constraints = [
            ends_after_start("supervision_dates"),
            models.CheckConstraint(
                condition=~Q(supervisee=F("supervisor")),
                name="supervision_of_someone_else",
                violation_error_message="Nobody supervises themselves. Choose another person.",
            ),
            models.UniqueConstraint(
                fields=["supervisee", "supervisor", "starts_on"],
                name="supervision_once",
                violation_error_message="This supervision is there already from that day.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supervisee}, supervised by {self.supervisor}"

    def clean(self) -> None:
        if self.supervisee_id and self.supervisee_id == self.supervisor_id:
            raise ValidationError({"supervisor": "Nobody supervises themselves. Choose another person."})

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on `day`, by its own dates."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class TimeAway(models.Model):
    """Whole days on which someone does not work here."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="time_away")
    starts_on = models.DateField("from")
    ends_on = models.DateField("until", help_text="The last day away; the same day for one day.")
    kind = models.CharField(max_length=10, choices=AwayKind, default=AwayKind.VACATION)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "user"]
        verbose_name_plural = "time away"
        indexes = [models.Index(fields=["user", "starts_on"], name="time_away_user")]
        constraints = [ends_after_start("time_away_dates")]

    def __str__(self) -> str:
        return f"{self.user}, away"

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": ENDS_FIRST})

    def covers(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on
