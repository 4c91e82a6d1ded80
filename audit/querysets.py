from typing import Any, Self

from django.db.models import Exists, OuterRef, QuerySet


class EventQuerySet(QuerySet[Any]):
    def in_chain(self) -> Self:
        """In the order they were sealed."""
        return self.order_by("sequence")

    def about_patient(self, patient_id: int) -> Self:
        """Every event that showed or changed something of this patient, newest first."""
        from .models import EventPatient

        shown = EventPatient.objects.filter(patient_id=patient_id, event=OuterRef("pk"))
        return self.filter(Exists(shown)).order_by("-sequence")
