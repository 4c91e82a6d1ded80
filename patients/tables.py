from typing import Any

from django.utils import timezone
from django_tables2 import Column, TemplateColumn

from web.tables import ListTable, NumberColumn

from .models import Episode


class PatientTable(ListTable):
    """A row for each open episode; what decides stands next to the name."""

    patient = TemplateColumn(
        template_name="patients/_name_cell.html",
        order_by=("patient__family", "patient__given"),
        verbose_name="Patient",
    )
    status = TemplateColumn(template_name="patients/_status_cell.html", verbose_name="Status", orderable=False)
    program = Column()
    primary = Column("Primary clinician", empty_values=(), orderable=False)
    mrn = Column("MRN", accessor="patient__mrn", order_by="patient__number", attrs={"td": {"class": "num"}})
    age = NumberColumn(empty_values=(), order_by="-patient__birth_date")
    act = TemplateColumn(template_name="patients/_next.html", verbose_name="Next", orderable=False)

    class Meta(ListTable.Meta):
        pass

    def render_primary(self, record: Episode) -> Any:
        member = record.primary_on(timezone.localdate())
        return member.user if member else "–"

    def render_age(self, record: Episode) -> int:
        return record.patient.age_on(timezone.localdate())
