from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from programs.choices import AttendedBy, CapClass, Expected, LeadAnswer, LeadRow, NoteKind
from programs.querysets import RetiringQuerySet
from staff.choices import LeadColumn

from .places import Retiring


class ServiceType(Retiring):
    """A kind of service and what follows from it; the flags are data, so a provider changes them in the admin."""

    name = models.CharField(max_length=60, help_text="As it is written in timetables, such as group therapy.")
    code = models.SlugField(
        max_length=40, unique=True, help_text="Its short name in imports; it stays when the name changes."
    )
    is_group = models.BooleanField("given in groups", default=True)
    counts_toward_hours = models.BooleanField(
        "counts toward hours", default=True, help_text="Its minutes count toward the weekly minimum (R-45)."
    )
    counts_only_with_purpose = models.BooleanField(
        "counts only with a purpose",
        default=False,
        help_text="Its minutes count only in a group whose purpose the director has written.",
    )
    starts_treatment = models.BooleanField(
        default=True, help_text="The first attended session of this service is the admission (R-05)."
    )
    needs_note = models.CharField(max_length=10, choices=NoteKind, default=NoteKind.INDIVIDUAL)
    needs_leader = models.BooleanField(default=True)
    needs_group_min = models.BooleanField(
        "needs the group minimum",
        default=False,
        help_text="Below the policy's group minimum it is not a group to bill (R-28).",
    )
    expected = models.CharField(
        max_length=10, choices=Expected, default=Expected.REQUIRED, help_text="An optional session makes no absence."
    )
    counts_for_idle_days = models.BooleanField(
        default=True, help_text="A day with it is a service day, so it ends a run of idle days (R-34)."
    )
    attended_by = models.CharField(max_length=20, choices=AttendedBy, default=AttendedBy.PATIENT)
    cap_class = models.CharField("cap", max_length=12, choices=CapClass, default=CapClass.NONE)
    lead_row = models.CharField("row of the lead matrix", max_length=20, choices=LeadRow)

    objects: ClassVar = RetiringQuerySet["ServiceType"].as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="service_type_name_once",
                violation_error_message="There is already a service of this name.",
            ),
            models.CheckConstraint(
                condition=Q(counts_only_with_purpose=False) | Q(counts_toward_hours=True),
                name="service_type_purpose_counts",
                violation_error_message="A service that counts only with a purpose must also count toward hours.",
            ),
            models.CheckConstraint(
                condition=Q(is_group=True) | Q(cap_class=CapClass.NONE, needs_group_min=False),
                name="service_type_group_flags",
                violation_error_message="Only a service given in groups has a group cap or a group minimum.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def counts(self, purpose: str = "") -> bool:
        """Whether its minutes count toward hours, in a group of this purpose (R-45)."""
        return self.counts_toward_hours and (bool(purpose) or not self.counts_only_with_purpose)


class LeadRule(models.Model):
    """One cell of the matrix that says whose credential may lead which service (R-30). A missing cell is no."""

    row = models.CharField("service", max_length=20, choices=LeadRow)
    column = models.CharField("kind of clinician", max_length=12, choices=LeadColumn)
    answer = models.CharField(max_length=3, choices=LeadAnswer, default=LeadAnswer.NO)
    in_substance_use_only = models.BooleanField(
        "only in substance use programs",
        default=False,
        help_text="Holds in programs that treat substance use, alone or with mental health; elsewhere it is no.",
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["row", "column"],
                name="lead_rule_once",
                violation_error_message="The matrix has this cell already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_row_display()}, {self.get_column_display()}: {self.get_answer_display()}"
