"""The service types and the lead matrix the portal ships. A row that exists is left as staff have made it."""

from typing import Any

from django.utils.text import slugify

from staff.choices import LeadColumn

from .choices import AttendedBy, CapClass, Expected, LeadAnswer, LeadRow, NoteKind
from .models import LeadRule, ServiceType

IN_GROUP: dict[str, Any] = {"is_group": True}
THERAPEUTIC_GROUP = IN_GROUP | {"needs_group_min": True, "cap_class": CapClass.THERAPY}
LESSON = IN_GROUP | {"cap_class": CapClass.EDUCATION, "lead_row": LeadRow.EDUCATION}
SINGLE: dict[str, Any] = {"is_group": False}
CLINICAL: dict[str, Any] = SINGLE | {
    "counts_toward_hours": False,
    "starts_treatment": False,
    "counts_for_idle_days": False,
}
EXTRA = IN_GROUP | {"starts_treatment": False, "counts_for_idle_days": False, "expected": Expected.OPTIONAL}

# The rest are the model's defaults: counts, starts treatment, individual note, leader, required, idle days, no cap.
SHIPPED: dict[str, dict[str, Any]] = {
    "Group therapy": THERAPEUTIC_GROUP | {"lead_row": LeadRow.GROUP},
    "Skill-building": LESSON,
    "Psychoeducation": LESSON,
    "Multi-family group": THERAPEUTIC_GROUP
    | {"cap_class": CapClass.MULTIFAMILY, "lead_row": LeadRow.FAMILY, "attended_by": AttendedBy.PATIENT_AND_FAMILY},
    "Individual therapy": SINGLE | {"lead_row": LeadRow.INDIVIDUAL},
    "Family session": SINGLE | {"lead_row": LeadRow.FAMILY, "attended_by": AttendedBy.PATIENT_AND_FAMILY},
    "12-step meeting": EXTRA
    | {
        "counts_toward_hours": False,
        "needs_note": NoteKind.NONE,
        "needs_leader": False,
        "lead_row": LeadRow.TWELVE_STEP,
    },
    "Wellness": EXTRA | {"counts_only_with_purpose": True, "needs_note": NoteKind.SHARED, "lead_row": LeadRow.WELLNESS},
    "Assessment": CLINICAL | {"lead_row": LeadRow.ASSESSMENT},
    "Medication management": CLINICAL | {"lead_row": LeadRow.MEDICATION},
    "Nursing": CLINICAL | {"lead_row": LeadRow.NURSING},
}


def seed_service_types(*, using: str = "default") -> None:
    """Make the shipped services that are missing."""
    rows = ServiceType.objects.using(using).values_list("code", "name")
    known = {text.lower() for row in rows for text in row}
    for name, flags in SHIPPED.items():
        code = slugify(name)
        if not {code, name.lower()} & known:
            ServiceType.objects.using(using).create(code=code, name=name, **flags)


# The matrix of RULES.md, one word for each of `LeadColumn` in its order: yes, S, C or a dash for no; a star after an
# answer holds it to programs that treat substance use.
MATRIX: dict[LeadRow, str] = {
    LeadRow.ASSESSMENT: "yes S yes* S - yes - S -",
    LeadRow.PLAN_AUTHOR: "yes S yes S - yes - S -",
    LeadRow.INDIVIDUAL: "yes S yes* S* - yes - S -",
    LeadRow.GROUP: "yes S yes S - yes C S -",
    LeadRow.FAMILY: "yes S yes - - yes - S -",
    LeadRow.EDUCATION: "yes yes yes yes yes yes C S C",
    LeadRow.TWELVE_STEP: "yes yes yes yes - yes yes S C",
    LeadRow.WELLNESS: "yes yes yes yes yes yes yes S yes",
    LeadRow.MEDICATION: "- - - - - yes - - -",
    LeadRow.NURSING: "- - - - yes yes - - -",
    LeadRow.PEER: "- - - - - - yes - -",
}


def seed_lead_rules(*, using: str = "default") -> None:
    """Make the cells of the lead matrix that are missing (R-30)."""
    rows = LeadRule.objects.using(using)
    known = set(rows.values_list("row", "column"))
    rows.bulk_create(
        LeadRule(
            row=row,
            column=column,
            answer=LeadAnswer.NO if word == "-" else LeadAnswer(word.rstrip("*")),
            in_substance_use_only=word.endswith("*"),
        )
        for row, words in MATRIX.items()
        for column, word in zip(LeadColumn, words.split(), strict=True)
        if (row.value, column.value) not in known
    )
