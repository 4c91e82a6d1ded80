from datetime import date
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format

from programs import policy, timetable
from programs.choices import Focus, LevelOfCare, Population
from programs.querysets import (
    AccreditationQuerySet,
    ClosureQuerySet,
    PolicyValueQuerySet,
    PostingQuerySet,
    ProgramQuerySet,
)

from .places import Location, Retiring

LAST_DAY_HELP = "The last day, itself included. Leave empty while it goes on."
ENDS_FIRST = "The last day cannot be before the first. Change one of the two dates."
RETIRED_FIRST = "A program cannot be retired before it opens. Change one of the two dates."
DEPUTY_ENDS = "A deputy stands in for a time. Give the last day."


def check_dates(starts_on: date | None, ends_on: date | None) -> None:
    """Raise the sentence of `ends_after_start` at the field."""
    if starts_on and ends_on and ends_on < starts_on:
        raise ValidationError({"ends_on": ENDS_FIRST})


def ends_after_start(name: str) -> models.CheckConstraint:
    """The last day is not before the first; an empty date is open."""
    return models.CheckConstraint(
        condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
        name=name,
        violation_error_message=ENDS_FIRST,
    )


def not_both_scopes(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(program=None) | Q(location=None),
        name=name,
        violation_error_message="Choose a program or a location, not both. Leave both empty for the whole provider.",
    )


class Program(Retiring):
    """A program at a location; its minute thresholds come from the policy."""

    location = models.ForeignKey(Location, models.PROTECT, related_name="programs")
    code = models.SlugField("timetable code", max_length=40, help_text="Its name in timetable files, such as matrix.")
    name = models.CharField(max_length=80)
    focus = models.CharField(max_length=16, choices=Focus)
    population = models.CharField(max_length=12, choices=Population)
    level_of_care = models.CharField(max_length=8, choices=LevelOfCare, default=LevelOfCare.IOP)
    is_part2 = models.BooleanField(
        "42 CFR Part 2",
        default=True,
        help_text="On for a federally assisted substance use program, whose records have stricter protection.",
    )
    opens_on = models.DateField("opening date")
    below_minimum_reason = models.CharField(
        "opened below the minimum because",
        max_length=200,
        blank=True,
        help_text="Why the director lets it run with fewer weekly hours than the policy's minimum (R-25, R-42).",
    )
    below_minimum_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="programs_opened_below"
    )
    below_minimum_on = models.DateField(null=True, blank=True)

    objects: ClassVar = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ["location", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["location", "code"],
                name="program_code_once",
                violation_error_message="This location already has a program of this timetable code.",
            ),
            models.CheckConstraint(
                condition=Q(retired_on=None) | Q(retired_on__gte=F("opens_on")),
                name="program_retires_after_opening",
                violation_error_message=RETIRED_FIRST,
            ),
            models.CheckConstraint(
                condition=Q(below_minimum_reason="", below_minimum_by=None, below_minimum_on=None)
                | (~Q(below_minimum_reason="") & Q(below_minimum_by__isnull=False, below_minimum_on__isnull=False)),
                name="program_below_minimum_whole",
                violation_error_message="Opening below the minimum has a reason, a person and a day.",
            ),
        ]
        permissions = [
            ("read_policy", "Can read the policy in force"),
            ("staff_program", "Can set leaders and rooms, and see whether a program is fit to open"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.opens_on and self.retired_on and self.retired_on < self.opens_on:
            raise ValidationError({"retired_on": RETIRED_FIRST})

    def weekly_pattern(self) -> list[timetable.Slot | timetable.Dose]:
        """Its groups not retired and its weekly doses, as the pure timetable reads them; see `with_timetable()`."""
        slots = [slot for group in self.groups.all() for slot in group.weekly_slots()]
        return [*slots, *(dose.as_dose() for dose in self.doses.all())]

    def week_minutes(self, day: date, *, week: int | None = None, exclude_breaks: bool = True) -> int:
        """Countable minutes one patient can attend in a week, as of `day`; `week` counts from the patient's start."""
        return timetable.week_minutes(self.weekly_pattern(), week=week, day=day, exclude_breaks=exclude_breaks)


class Posting(models.Model):
    """Where someone works: a program, all of a location, or everywhere. It is the basis of every scope."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="postings")
    program = models.ForeignKey(Program, models.PROTECT, null=True, blank=True, related_name="postings")
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="postings")
    starts_on = models.DateField("from")
    ends_on = models.DateField("until", null=True, blank=True, help_text=LAST_DAY_HELP)
    is_deputy = models.BooleanField(
        "deputy of the director",
        default=False,
        help_text="Gives the director's permissions here from the first to the last day.",
    )

    objects: ClassVar = PostingQuerySet.as_manager()

    class Meta:
        ordering = ["user", "starts_on"]
        indexes = [models.Index(fields=["user", "starts_on"], name="posting_user")]
        constraints = [
            not_both_scopes("posting_one_scope"),
            ends_after_start("posting_dates"),
            models.CheckConstraint(
                condition=Q(is_deputy=False) | Q(ends_on__isnull=False),
                name="posting_deputy_ends",
                violation_error_message=DEPUTY_ENDS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.scope}"

    def clean(self) -> None:
        check_dates(self.starts_on, self.ends_on)
        if self.is_deputy and self.ends_on is None:
            raise ValidationError({"ends_on": DEPUTY_ENDS})

    @property
    def scope(self) -> str:
        """Where it reaches, in words."""
        if self.program:
            return str(self.program)
        return f"all of {self.location}" if self.location else "the whole provider"

    def reaches(self, program: Program) -> bool:
        """Whether it is one in the program, in its location, or everywhere."""
        everywhere = self.program_id is None and self.location_id is None
        return everywhere or self.program_id == program.pk or self.location_id == program.location_id

    def covers(self, program: Program, day: date) -> bool:
        in_force = self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
        return in_force and self.reaches(program)


class PolicyValue(models.Model):
    """One key's value from a day on, for a program or for the whole provider; the key's next row ends it."""

    program = models.ForeignKey(Program, models.PROTECT, null=True, blank=True, related_name="policy_values")
    key = models.CharField(max_length=40)
    value = models.CharField(
        max_length=60,
        blank=True,
        help_text="Empty: from that day the value of the whole provider holds again, or else the default.",
    )
    starts_on = models.DateField("from")
    citation = models.CharField(max_length=200, help_text="The rule, contract or manual that asks for it.")
    is_confirmed = models.BooleanField(
        "confirmed",
        default=True,
        help_text="The provider has checked the value against its source. Values of a preset begin unconfirmed.",
    )

    objects: ClassVar = PolicyValueQuerySet.as_manager()

    class Meta:
        ordering = ["key", "program", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "key", "starts_on"],
                condition=Q(program__isnull=False),
                name="policy_value_once",
                violation_error_message="This program already has a value from that day. Change that one.",
            ),
            models.UniqueConstraint(
                fields=["key", "starts_on"],
                condition=Q(program__isnull=True),
                name="policy_value_provider_once",
                violation_error_message="There is already a provider-wide value from that day. Change that one.",
            ),
        ]

    def __str__(self) -> str:
        label = policy.KEYS.get(self.key, self.key)
        return f"{label}: {self.value}" if self.value else f"{label} falls back"

    def clean(self) -> None:
        if self.key:
            self.value = policy.tidy(self.key, self.value)


class Accreditation(models.Model):
    """A license or accreditation of a program, a location or the whole provider, with its last day."""

    program = models.ForeignKey(Program, models.PROTECT, null=True, blank=True, related_name="accreditations")
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="accreditations")
    body = models.CharField("given by", max_length=80, help_text="Such as The Joint Commission, CARF, or the state.")
    number = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField("from")
    ends_on = models.DateField(
        "valid until", null=True, blank=True, help_text="The last day it is valid. Empty: it does not expire."
    )

    objects: ClassVar = AccreditationQuerySet.as_manager()

    class Meta:
        ordering = ["body", "starts_on"]
        constraints = [not_both_scopes("accreditation_one_scope"), ends_after_start("accreditation_dates")]

    def __str__(self) -> str:
        return self.body

    def clean(self) -> None:
        check_dates(self.starts_on, self.ends_on)

    def is_valid_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def state_on(self, day: date) -> str:
        """In words, with the day on which it turns: “in force until Dec 31, 2026”."""
        if day < self.starts_on:
            return f"begins on {date_format(self.starts_on, 'M j, Y')}"
        if self.ends_on is None:
            return "in force"
        until = date_format(self.ends_on, "M j, Y")
        return f"in force until {until}" if self.is_valid_on(day) else f"lapsed after {until}"


class Closure(models.Model):
    """Days on which a program, a location or the whole provider is closed."""

    program = models.ForeignKey(Program, models.PROTECT, null=True, blank=True, related_name="closures")
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="closures")
    starts_on = models.DateField("from")
    ends_on = models.DateField("until", help_text="The last day closed; the same day for one day.")
    reason = models.CharField(max_length=80, help_text="Such as Thanksgiving, or water damage. It is shown to staff.")

    objects: ClassVar = ClosureQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on"]
        indexes = [models.Index(fields=["starts_on", "ends_on"], name="closure_dates")]
        constraints = [not_both_scopes("closure_one_scope"), ends_after_start("closure_dates_ordered")]

    def __str__(self) -> str:
        return self.reason

    def clean(self) -> None:
        check_dates(self.starts_on, self.ends_on)
