from datetime import date, time
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from programs import policy, timetable
from programs.breaks import read_breaks
from programs.choices import AttendedBy, LeaderRole, Weekday
from programs.querysets import DatedQuerySet, ScopedRetiringQuerySet
from programs.validators import validate_breaks, validate_breaks_within

from .curricula import Curriculum
from .places import Retiring, Room
from .programs import LAST_DAY_HELP, Program, ends_after_start
from .services import ServiceType

AT_LEAST_ONE = [MinValueValidator(1)]


class Group(Retiring):
    """A group of a program; it meets at its weekly slots."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="groups")
    service = models.ForeignKey(ServiceType, models.PROTECT, related_name="groups")
    name = models.CharField(max_length=80)
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="groups")
    capacity = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=AT_LEAST_ONE, help_text="Leave empty for the policy's cap of its service."
    )
    min_size = models.PositiveSmallIntegerField(
        "smallest size",
        null=True,
        blank=True,
        validators=AT_LEAST_ONE,
        help_text="Advice on holding it; it refuses nothing.",
    )
    attended_by = models.CharField(
        max_length=20, choices=AttendedBy, blank=True, help_text="Leave empty for who attends its service."
    )
    purpose = models.CharField(
        max_length=200,
        blank=True,
        help_text="What it is for in treatment. Wellness counts toward hours only once this is written.",
    )
    public_label = models.CharField(
        max_length=40, blank=True, help_text="What calendars outside the portal show. It must not hint at a diagnosis."
    )
    curriculum = models.ForeignKey(
        Curriculum,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="groups",
        help_text="What it teaches, topic by topic.",
    )

    objects: ClassVar = ScopedRetiringQuerySet["Group"].as_manager()

    class Meta:
        ordering = ["program", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gte=1),
                name="group_capacity_positive",
                violation_error_message="A group has at least one seat. Leave the number empty for the policy's cap.",
            ),
            models.CheckConstraint(
                condition=Q(min_size=None) | Q(capacity=None) | Q(capacity__gte=F("min_size")),
                name="group_sizes_ordered",
                violation_error_message="The smallest size cannot be above the capacity. Change one of the numbers.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.service_id and not self.service.is_group:
            raise ValidationError({"service": f"{self.service} is not given in groups. Plan it as a weekly dose."})
        if self.room and self.program_id and self.room.location_id != self.program.location_id:
            raise ValidationError(
                {"room": f"{self.room} is at another location. Choose a room of {self.program.location}."}
            )
        if self.curriculum and self.program_id and self.curriculum.program_id not in {None, self.program_id}:
            raise ValidationError({"curriculum": f"{self.curriculum} belongs to another program. Choose another."})

    @property
    def audience(self) -> str:
        """Who attends it: its own answer, or its service's."""
        return self.attended_by or self.service.attended_by

    @property
    def is_countable(self) -> bool:
        """Whether its minutes count toward the weekly hours (R-45)."""
        return self.service.counts(self.purpose)

    def cap(self, book: policy.Book) -> int | None:
        """How many people it plans for (R-26, R-27): its capacity, at most the policy's cap; None: no limit."""
        limits = [self.capacity, book.group_cap(self.program_id, self.service.cap_class)]
        return min((limit for limit in limits if limit is not None), default=None)

    def weekly_slots(self) -> list[timetable.Slot]:
        """Its slots as the pure timetable reads them: one for each phase it is in, none from its retirement on."""
        weeks: list[tuple[int | None, int | None]] = [
            (phase.first_week, phase.last_week) for phase in self.phases.all()
        ]
        return [slot.as_slot(self, first, last) for slot in self.slots.all() for first, last in weeks or [(None, None)]]


class GroupSlot(models.Model):
    """A weekly meeting of a group, by the wall clock of its location."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="slots")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    start = models.TimeField()
    end = models.TimeField()
    breaks = models.CharField(
        max_length=120,
        blank=True,
        validators=[validate_breaks],
        help_text="Such as 19:15-19:30; several are separated by a blank.",
    )
    room = models.ForeignKey(
        Room,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="slots",
        help_text="Leave empty for the group's own room.",
    )
    starts_on = models.DateField("from", null=True, blank=True)
    ends_on = models.DateField("until", null=True, blank=True, help_text=LAST_DAY_HELP)

    objects: ClassVar = DatedQuerySet["GroupSlot"].as_manager()

    class Meta:
        ordering = ["group", "weekday", "start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="group_slot_times",
                violation_error_message="A group ends after it starts, on the same day. Change one of the two times.",
            ),
            models.CheckConstraint(
                condition=Q(weekday__lte=6),
                name="group_slot_weekday",
                violation_error_message="Choose a day of the week.",
            ),
            ends_after_start("group_slot_dates"),
            models.UniqueConstraint(
                fields=["group", "weekday", "start", "starts_on"],
                condition=Q(starts_on__isnull=False),
                name="group_slot_once",
                violation_error_message="This group already has this slot from that day.",
            ),
            models.UniqueConstraint(
                fields=["group", "weekday", "start"],
                condition=Q(starts_on__isnull=True),
                name="group_slot_open_once",
                violation_error_message="This group already has this slot.",
            ),
        ]

    def __str__(self) -> str:
        return f"{Weekday(self.weekday).label} {self.start:%H:%M}–{self.end:%H:%M}"

    def clean(self) -> None:
        if self.start and self.end:
            validate_breaks_within(self.start, self.end, self.breaks)

    @property
    def break_times(self) -> list[tuple[time, time]]:
        return read_breaks(self.breaks)

    def as_slot(self, group: Group, first_week: int | None, last_week: int | None) -> timetable.Slot:
        return timetable.Slot(
            weekday=self.weekday,
            start=self.start,
            end=self.end,
            breaks=tuple(self.break_times),
            first_week=first_week,
            last_week=last_week,
            countable=group.is_countable,
            attended_by=group.audience,
            from_=self.starts_on,
            to=timetable.last_day(self.ends_on, group.retired_on),
            key=self.pk,
        )


class GroupLeader(models.Model):
    """Who leads a group from when to when; histories are rows with dates."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="leaders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="led_groups")
    role = models.CharField(max_length=8, choices=LeaderRole, default=LeaderRole.LEAD)
    starts_on = models.DateField("from")
    ends_on = models.DateField("until", null=True, blank=True, help_text=LAST_DAY_HELP)

    objects: ClassVar = DatedQuerySet["GroupLeader"].as_manager()

    class Meta:
        ordering = ["group", "-role", "starts_on"]
        constraints = [
            ends_after_start("group_leader_dates"),
            models.UniqueConstraint(
                fields=["group", "user", "role", "starts_on"],
                name="group_leader_once",
                violation_error_message="This person already leads this group from that day.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display().lower()}"

    def leads_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
