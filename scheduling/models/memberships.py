from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from audit import guards
from patients.models import Episode
from programs.models import Group
from scheduling.querysets import MembershipQuerySet
from web.models import Versioned


class Membership(Versioned):
    """From when to when someone is in a group, both days included; joining again is a new row."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships")
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="memberships")
    starts_on = models.DateField("from")
    ends_on = models.DateField("until", null=True, blank=True)
    track_start = models.DateField(null=True, blank=True, help_text="The first day of the patient's own track.")
    reason = models.CharField(max_length=200, blank=True, help_text="Why it ended.")

    objects: ClassVar = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["group", "starts_on", "pk"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["group", "starts_on", "ends_on"], name="membership_group"),
            models.Index(fields=["episode", "starts_on"], name="membership_episode"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="membership_dates",
                violation_error_message="The last day cannot be before the first. Change one of the two dates.",
            ),
        ]
        permissions = [("add_member", "Can add a member to a group")]

    guards: ClassVar = [
        guards.NoOverlap(
            "membership_overlap", ("group_id", "episode_id"), starts="starts_on", ends="ends_on", dates=True
        )
    ]

    def __str__(self) -> str:
        return f"{self.group} from {self.starts_on}"

    def covers(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
