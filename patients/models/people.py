from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from patients.choices import NameKind, Relation
from patients.fields import SoundsField, WordsField
from patients.querysets import PatientNameQuerySet, PatientQuerySet, RelatedPersonQuerySet
from web.models import Versioned

FIRST_NUMBER = 2001


class Patient(Versioned):
    """Someone we serve or were asked to serve; never deleted (R-70).

    The preferred name in force stands here too, so that a list can show and sort by it; `actions` write both.
    """

    number = models.PositiveIntegerField(unique=True, help_text="The medical record number without its letter.")
    given = models.CharField("preferred given name", max_length=80)
    family = models.CharField("family name", max_length=80)
    birth_date = models.DateField()

    objects: ClassVar = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["family", "given", "pk"]
        default_permissions = ()
        permissions = [
            ("find_patients", "Can list and find the patients in scope"),
            ("view_chart", "Can open the chart of a patient in scope"),
        ]
        indexes = [models.Index(fields=["birth_date"], name="patient_birth_date")]

    def __str__(self) -> str:
        return self.mrn

    def get_absolute_url(self) -> str:
        return reverse("chart", args=[self.pk])

    @property
    def mrn(self) -> str:
        """The medical record number as people say it, such as N-2041."""
        return f"N-{self.number}"

    @property
    def preferred_name(self) -> str:
        """What everybody calls this person; shown everywhere, never shortened."""
        return f"{self.given} {self.family}"

    def age_on(self, day: date) -> int:
        """Completed years on `day`; who was born on February 29 completes one on March 1 of a common year."""
        return day.year - self.birth_date.year - ((day.month, day.day) < (self.birth_date.month, self.birth_date.day))


class PatientName(models.Model):
    """A name of a patient from when to when, searchable also when it is no longer used."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="names")
    kind = models.CharField(max_length=10, choices=NameKind)
    given = models.CharField(max_length=80)
    family = models.CharField(max_length=80)
    words = WordsField(max_length=400, editable=False, help_text="Lower case, without accents, a blank around each.")
    sounds = SoundsField(max_length=400, editable=False, help_text="How each word sounds, a blank around each.")
    starts_on = models.DateField("from")
    ends_on = models.DateField("until", null=True, blank=True, help_text="The last day, itself included.")

    objects: ClassVar = PatientNameQuerySet.as_manager()

    class Meta:
        ordering = ["patient", "kind", "-starts_on"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "kind"],
                condition=Q(ends_on=None),
                name="patient_name_one_in_force",
                violation_error_message="This patient already has a name of this kind. End that one first.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="patient_name_dates",
                violation_error_message="The last day cannot be before the first. Change one of the two dates.",
            ),
        ]

    def __str__(self) -> str:
        return f"Name {self.pk}"


class RelatedPerson(models.Model):
    """Someone around a patient, and whether we may speak with them."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="related_people")
    name = models.CharField(max_length=160)
    relation = models.CharField(max_length=10, choices=Relation)
    may_attend = models.BooleanField("may attend family sessions", default=False)
    may_be_contacted = models.BooleanField(default=False)
    must_not_know = models.BooleanField(
        default=False, help_text="Must not learn that the patient is here: never call, never write, never confirm."
    )

    objects: ClassVar = RelatedPersonQuerySet.as_manager()

    class Meta:
        ordering = ["patient", "name"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(must_not_know=False) | Q(may_attend=False, may_be_contacted=False),
                name="related_person_must_not_know",
                violation_error_message="Who must not know cannot be contacted or attend. Choose one of the two.",
            ),
        ]

    def __str__(self) -> str:
        return f"Related person {self.pk}"
