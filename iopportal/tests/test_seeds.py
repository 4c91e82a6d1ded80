"""What the portal ships as data, cell by cell, and that seeding again leaves alone what a director has made of it."""

from datetime import date

import pytest

from iopportal.seeds import seed_everything
from programs.choices import AttendedBy
from programs.models import LeadRule, ServiceType
from scheduling.models import AttendanceStatus
from staff.models import CredentialType

pytestmark = pytest.mark.django_db
RETIRED = date(2026, 3, 2)
TABLES = [CredentialType, ServiceType, LeadRule, AttendanceStatus]

# group, counts, only with a purpose, starts treatment, note, leader, group minimum, expected, idle days, attended by,
# cap, row of the matrix
SERVICES = """
Assessment            | -     -      - -      individual lead -   required -    patient none        assessment
Family session        | -     counts - starts individual lead -   required idle both    none family therapy
Group therapy         | group counts - starts individual lead min required idle patient therapy     group therapy
Individual therapy    | -     counts - starts individual lead -   required idle patient none        individual therapy
Medication management | -     -      - -      individual lead -   required -    patient none        medication
Multi-family group    | group counts - starts individual lead min required idle both    multifamily  family therapy
Nursing               | -     -      - -      individual lead -   required -    patient none        nursing
Psychoeducation       | group counts - starts individual lead -   required idle patient education   education
Skill-building        | group counts - starts individual lead -   required idle patient education   education
Wellness              | group counts purpose - shared     lead -   optional -    patient none        wellness
12-step meeting       | group -      - -      none       -    -   optional -    patient none        12-step
"""
STATUSES = """
P    | yes yes yes -   -
L    | yes yes yes -   -
E    | yes yes yes -   -
LE   | yes yes yes -   -
EX   | yes -   -   yes yes
NS   | yes -   -   yes -
CX   | yes -   -   yes yes
CP   | -   -   -   -   -
H    | -   -   -   -   -
HOSP | -   -   -   yes yes
SUS  | -   -   -   -   -
LV   | -   -   -   -   -
FM   | -   -   -   -   -
"""
MATRIX = """
assessment         | yes S   yes* S   no  yes no  S no
plan author        | yes S   yes  S   no  yes no  S no
individual therapy | yes S   yes* S*  no  yes no  S no
group therapy      | yes S   yes  S   no  yes C   S no
family therapy     | yes S   yes  no  no  yes no  S no
education          | yes yes yes  yes yes yes C   S C
12-step            | yes yes yes  yes no  yes yes S C
wellness           | yes yes yes  yes yes yes yes S yes
medication         | no  no  no   no  no  yes no  no no
nursing            | no  no  no   no  yes yes no  no no
peer support       | no  no  no   no  no  no  yes no no
"""
ATTENDED = {AttendedBy.PATIENT: "patient", AttendedBy.PATIENT_AND_FAMILY: "both"}
COLUMNS = ["independent", "supervised", "LCADC", "CADC", "RN", "prescriber", "peer", "intern", "BHT"]
CREDENTIALS = """
independent LCSW LICSW LMFT LMHC LPC LPCC PhD PsyD
supervised  AMFT LAC LMSW LSW
LCADC       LCADC
CADC        CAC CADC
RN          RN
prescriber  DO MD PA PMHNP
peer        CPRS
intern      Intern
BHT         BHT
"""


@pytest.fixture(autouse=True)
def seeded():
    seed_everything()


def table(text):
    """Its lines by their first cell, the others as words."""
    return {head.strip(): cells.split() for head, cells in (line.split("|") for line in text.strip().splitlines())}


def rows():
    return {model: list(model.objects.order_by("pk").values()) for model in TABLES}


def test_the_shipped_services_have_the_flags_of_the_rules():
    def words(one):
        flags = [
            one.is_group and "group", one.counts_toward_hours and "counts", one.counts_only_with_purpose and "purpose",
            one.starts_treatment and "starts", one.needs_note, one.needs_leader and "lead",
            one.needs_group_min and "min", one.expected, one.counts_for_idle_days and "idle", ATTENDED[one.attended_by],
            one.cap_class, *one.lead_row.split(),
        ]  # fmt: skip
        return [flag or "-" for flag in flags]

    assert {one.name: words(one) for one in ServiceType.objects.all()} == table(SERVICES)


def test_the_shipped_attendance_statuses_have_the_flags_of_the_rules():
    flags = ["is_scheduled", "is_attended", "has_minutes", "is_absence", "is_excused"]
    found = {
        one.code: ["yes" if getattr(one, flag) else "-" for flag in flags] for one in AttendanceStatus.objects.all()
    }
    assert found == table(STATUSES)


def test_every_cell_of_the_lead_matrix_is_as_in_the_rules():
    found = {(one.row, one.column): one.answer + "*" * one.in_substance_use_only for one in LeadRule.objects.all()}
    expected = {
        (row, column): word for row, words in table(MATRIX).items() for column, word in zip(COLUMNS, words, strict=True)
    }
    assert found == expected


def test_every_column_of_the_matrix_has_a_credential_type_that_gives_it():
    names = {column: [] for column in COLUMNS}
    for one in CredentialType.objects.order_by("name"):
        names[one.column].append(one.name)
    expected = {column: sorted(words) for column, *words in (line.split() for line in CREDENTIALS.strip().splitlines())}
    assert {column: sorted(found) for column, found in names.items()} == expected


def test_seeding_twice_makes_nothing_twice():
    before = rows()
    seed_everything()
    assert rows() == before


def test_seeding_again_leaves_every_row_that_a_director_has_changed():
    CredentialType.objects.filter(name="LCSW").update(name="LCSW-R")
    CredentialType.objects.filter(name="LPC").update(name="lpc", title="Counselor", column="supervised")
    CredentialType.objects.filter(name="BHT").update(retired_on=RETIRED)
    ServiceType.objects.filter(code="group-therapy").update(name="Process group", needs_leader=False)
    ServiceType.objects.filter(code="nursing").update(code="rn", retired_on=RETIRED)
    ServiceType.objects.filter(code="wellness").update(name="WELLNESS", code="move")
    LeadRule.objects.filter(row="group therapy", column="BHT").update(answer="C")
    LeadRule.objects.filter(row="assessment", column="LCADC").update(in_substance_use_only=False)
    AttendanceStatus.objects.filter(code="CX").update(name="Called off", is_excused=False)
    AttendanceStatus.objects.filter(code="SUS").update(retired_on=RETIRED)
    before = rows()
    seed_everything()
    assert rows() == before


def test_seeding_again_makes_what_is_missing_and_nothing_else():
    LeadRule.objects.filter(row="group therapy", column="peer").delete()
    ServiceType.objects.filter(code="nursing").delete()
    others = ServiceType.objects.count()
    seed_everything()
    cell = LeadRule.objects.get(row="group therapy", column="peer")
    assert (cell.answer, ServiceType.objects.count()) == ("C", others + 1)
