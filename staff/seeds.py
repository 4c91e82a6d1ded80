"""The credential types the portal ships, by column of the lead matrix. A row that exists is left as staff made it."""

from .choices import LeadColumn
from .models import CredentialType

SHIPPED: list[tuple[str, str, LeadColumn]] = [
    ("LCSW", "Licensed clinical social worker", LeadColumn.INDEPENDENT),
    ("LICSW", "Licensed independent clinical social worker", LeadColumn.INDEPENDENT),
    ("LPC", "Licensed professional counselor", LeadColumn.INDEPENDENT),
    ("LPCC", "Licensed professional clinical counselor", LeadColumn.INDEPENDENT),
    ("LMHC", "Licensed mental health counselor", LeadColumn.INDEPENDENT),
    ("LMFT", "Licensed marriage and family therapist", LeadColumn.INDEPENDENT),
    ("PhD", "Licensed psychologist (PhD)", LeadColumn.INDEPENDENT),
    ("PsyD", "Licensed psychologist (PsyD)", LeadColumn.INDEPENDENT),
    ("LSW", "Licensed social worker", LeadColumn.SUPERVISED),
    ("LMSW", "Licensed master social worker", LeadColumn.SUPERVISED),
    ("LAC", "Licensed associate counselor", LeadColumn.SUPERVISED),
    ("AMFT", "Associate marriage and family therapist", LeadColumn.SUPERVISED),
    ("LCADC", "Licensed clinical alcohol and drug counselor", LeadColumn.LCADC),
    ("CADC", "Certified alcohol and drug counselor", LeadColumn.CADC),
    ("CAC", "Certified addiction counselor", LeadColumn.CADC),
    ("RN", "Registered nurse", LeadColumn.NURSE),
    ("MD", "Physician (MD)", LeadColumn.PRESCRIBER),
    ("DO", "Physician (DO)", LeadColumn.PRESCRIBER),
    ("PMHNP", "Psychiatric mental health nurse practitioner", LeadColumn.PRESCRIBER),
    ("PA", "Physician assistant", LeadColumn.PRESCRIBER),
    ("CPRS", "Certified peer recovery specialist", LeadColumn.PEER),
    ("Intern", "Intern or practicum student", LeadColumn.INTERN),
    ("BHT", "Behavioral health technician", LeadColumn.TECHNICIAN),
]


def seed_credential_types(*, using: str = "default") -> None:
    """Make the shipped credential types that are missing; one that was renamed is known by its title."""
    rows = CredentialType.objects.using(using)
    known = {text.lower() for row in rows.values_list("name", "title") for text in row}
    rows.bulk_create(
        CredentialType(name=name, title=title, column=column)
        for name, title, column in SHIPPED
        if not {name.lower(), title.lower()} & known
    )
