from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs import policy
from programs.choices import LeadRow
from programs.leading import lead_book
from programs.models import LeadRule, ServiceType
from programs.seeds import seed_lead_rules
from programs.tests.factories import make_policy_value, make_program
from staff.choices import LeadColumn
from staff.tests.factories import make_credential, make_supervision, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
YESTERDAY, TOMORROW = DAY - timedelta(1), DAY + timedelta(1)

TYPES = ["LCSW", "LSW", "LCADC", "CADC", "RN", "MD", "CPRS", "Intern", "BHT"]  # one of each column, in order
SHIPPED = """
    assessment         | yes  S   yes* S   -   yes -   S -
    plan author        | yes  S   yes  S   -   yes -   S -
    individual therapy | yes  S   yes* S*  -   yes -   S -
    group therapy      | yes  S   yes  S   -   yes C   S -
    family therapy     | yes  S   yes  -   -   yes -   S -
    education          | yes  yes yes  yes yes yes C   S C
    12-step            | yes  yes yes  yes -   yes yes S C
    wellness           | yes  yes yes  yes yes yes yes S yes
    medication         | -    -   -    -   -   yes -   - -
    nursing            | -    -   -    -   yes yes -   - -
    peer support       | -    -   -    -   -   -   yes - -
"""
CELLS = [
    (row.strip(), kind, word)
    for row, words in (line.split("|") for line in SHIPPED.strip().splitlines())
    for kind, word in zip(TYPES, words.split(), strict=True)
]
# word: (may lead, with co-signature, may co-lead, its code where not) in a program that treats substance use
MEANS = {
    "yes": (True, False, True, ""),
    "S": (True, True, True, ""),
    "C": (False, False, True, "co_lead_only"),
    "-": (False, False, False, "not_qualified"),
}


@pytest.fixture(autouse=True)
def matrix():
    seed_lead_rules()


@pytest.fixture
def evening():
    return make_program("Evening IOP")


@pytest.fixture
def ines():
    return make_user("ines")


@pytest.fixture
def rae():
    return make_user("rae")


def service(row="group therapy", **kw):
    return ServiceType(name="The service", lead_row=row, **kw)


def verdict(user, program, *, row="group therapy", role="lead", day=DAY, opened=DAY, **kw):
    book = lead_book([user.pk], policy.book(program, opened))
    return book.verdict(user.pk, service=service(row, **kw), program=program, role=role, day=day)


def may(*args, **kw):
    return verdict(*args, **kw).may


def last_day(user, program, *, role="lead", day=DAY):
    book = lead_book([user.pk], policy.book(program, DAY))
    return book.last_day(user.pk, service=service(), program=program, role=role, day=day)


def test_the_table_of_the_tests_has_every_cell():
    assert len(CELLS) == len(LeadRow) * len(LeadColumn) == LeadRule.objects.count()
    assert [row for row, kind, _ in CELLS if kind == "LCSW"] == LeadRow.values


@pytest.mark.parametrize(("row", "kind", "word"), CELLS)
def test_the_shipped_matrix_says_who_may_lead_what(ines, rae, row, kind, word):
    make_credential(ines, kind)
    make_credential(rae, "LCSW")
    make_supervision(ines, rae)
    the_service = service(row)
    answers = {}
    for focus in ("substance use", "co-occurring", "mental health"):
        program = make_program(focus=focus)
        book = lead_book([ines.pk], policy.book(program, DAY))
        lead, co_lead = (
            book.verdict(ines.pk, service=the_service, program=program, role=role, day=DAY)
            for role in ("lead", "co-lead")
        )
        answers[focus] = (lead.may, lead.needs_cosignature, co_lead.may, lead.code)
    usual = MEANS[word.rstrip("*")]
    assert answers == {
        "substance use": usual,
        "co-occurring": usual,
        "mental health": MEANS["-"] if word.endswith("*") else usual,
    }


def test_a_service_that_needs_no_leader_asks_for_no_credential(ines, evening):
    assert may(ines, evening, row="medication", needs_leader=False)
    assert verdict(ines, evening, row="medication").code == "no_credential"


@pytest.mark.parametrize(("day", "code"), [(YESTERDAY, ""), (DAY, ""), (TOMORROW, "expired")])
def test_a_credential_is_valid_through_its_last_day(rae, evening, day, code):
    make_credential(rae, expires_on=DAY)
    assert verdict(rae, evening, day=day).code == code


@pytest.mark.parametrize(("day", "code"), [(YESTERDAY, "not_yet"), (DAY, "")])
def test_a_credential_is_valid_from_its_first_day(rae, evening, day, code):
    make_credential(rae, issued_on=DAY)
    assert verdict(rae, evening, day=day).code == code


@pytest.mark.parametrize(
    ("grace", "days", "carried"),
    [(None, 30, True), (None, 31, False), ("10", 10, True), ("10", 11, False), ("0", 1, False)],
)
def test_a_filed_renewal_carries_it_for_the_program_s_days_of_grace(*, rae, ines, evening, grace, days, carried):
    if grace:
        make_policy_value("renewal_grace_days", grace, evening)
    make_credential(rae, expires_on=DAY, renewal_filed_on=DAY, renewal_filed_by=ines, renewal_evidence="Receipt 4711")
    assert may(rae, evening, day=DAY + timedelta(days)) is carried


def test_without_a_filed_renewal_there_is_no_grace(rae, evening):
    make_credential(rae, expires_on=YESTERDAY)
    assert not may(rae, evening)


def test_of_several_credentials_the_best_one_counts(ines, evening):
    make_credential(ines, "CPRS")
    assert verdict(ines, evening).code == "co_lead_only"
    make_credential(ines, "LCADC")
    assert verdict(ines, evening) == verdict(ines, evening, row="wellness")
    assert may(ines, evening)
    assert not verdict(ines, evening).needs_cosignature


def test_the_best_one_counts_only_while_it_is_in_force(ines, rae, evening):
    make_credential(ines, "LCSW", expires_on=DAY)
    make_credential(ines, "LSW")
    make_credential(rae)
    make_supervision(ines, rae)
    assert [verdict(ines, evening, day=day).needs_cosignature for day in (DAY, TOMORROW)] == [False, True]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "code"),
    [
        (DAY, DAY, ""),
        (DAY, None, ""),
        (YESTERDAY, YESTERDAY, "no_supervisor"),
        (TOMORROW, None, "no_supervisor"),
    ],
)
def test_supervision_holds_from_its_first_to_its_last_day(*, ines, rae, evening, starts_on, ends_on, code):
    make_credential(ines, "Intern")
    make_credential(rae)
    make_supervision(ines, rae, starts_on=starts_on, ends_on=ends_on)
    assert verdict(ines, evening).code == code


@pytest.mark.parametrize(
    ("kind", "fields", "row", "carried"),
    [
        ("LCSW", {}, "group therapy", True),
        ("LCSW", {"expires_on": DAY}, "group therapy", True),
        ("LCSW", {"expires_on": YESTERDAY}, "group therapy", False),
        ("LCSW", {"issued_on": TOMORROW}, "group therapy", False),
        ("LSW", {}, "group therapy", False),  # who needs a supervisor is none
        ("RN", {}, "group therapy", False),
        ("RN", {}, "education", True),  # the row decides, not the kind of clinician
        ("LCSW", {}, "education", True),
    ],
)
def test_a_supervisor_s_own_credential_must_be_able_to_lead_that_row_on_that_day(
    *, ines, rae, evening, kind, fields, row, carried
):
    make_credential(ines, "Intern")
    make_credential(rae, kind, **fields)
    make_supervision(ines, rae)
    assert may(ines, evening, row=row) is carried


def test_a_supervisor_s_license_for_substance_use_carries_nobody_elsewhere(ines, rae):
    make_credential(ines, "Intern")
    make_credential(rae, "LCADC")
    make_supervision(ines, rae)
    focus = {"substance use": True, "mental health": False}
    assert {one: may(ines, make_program(focus=one), row="individual therapy") for one in focus} == focus


def test_a_supervisor_s_filed_renewal_carries_the_supervision_too(ines, rae, evening):
    make_credential(ines, "Intern")
    make_credential(rae, expires_on=YESTERDAY, renewal_filed_on=DAY, renewal_filed_by=ines, renewal_evidence="Receipt")
    make_supervision(ines, rae)
    assert may(ines, evening)


def test_any_one_of_several_supervisors_is_enough(ines, rae, evening):
    kim = make_user("kim")
    make_credential(ines, "Intern")
    make_credential(rae, expires_on=YESTERDAY)
    make_credential(kim, "LPC")
    make_supervision(ines, rae)
    make_supervision(ines, kim)
    book = lead_book([ines.pk], policy.book(evening, DAY))
    assert book.supervisor(ines.pk, service=service(), program=evening, day=DAY) == kim.pk


def test_who_is_supervised_co_leads_without_a_supervisor_and_is_co_signed(ines, evening):
    make_credential(ines, "Intern")
    co_leads = verdict(ines, evening, role="co-lead")
    assert (co_leads.may, co_leads.needs_cosignature) == (True, True)
    assert verdict(ines, evening).code == "no_supervisor"


def test_who_has_left_leads_and_supervises_nothing_from_the_day_after_the_book_s(ines, rae, evening):
    make_credential(ines, "Intern")
    make_credential(rae)
    make_supervision(ines, rae)
    rae.is_active = False
    rae.save()
    days = (YESTERDAY, DAY, TOMORROW)
    assert [verdict(rae, evening, day=day).code for day in days] == ["", "", "left"]
    assert [verdict(ines, evening, day=day).code for day in days] == ["", "", "no_supervisor"]


@pytest.mark.parametrize(
    ("credentials", "role", "reason"),
    [
        ([], "lead", "has no credential on file"),
        ([("LCSW", {"expires_on": YESTERDAY})], "lead", "has a license that ended on Mar 1, 2026"),
        ([("LCSW", {"issued_on": TOMORROW})], "lead", "has a license that begins only on Mar 3, 2026"),
        ([("RN", {})], "lead", "has no credential that may lead The service"),
        ([("RN", {})], "co-lead", "has no credential that may co-lead The service"),
        ([("RN", {"expires_on": YESTERDAY})], "lead", "has no credential that may lead The service"),
        ([("CPRS", {})], "lead", "may only co-lead The service"),
        ([("CPRS", {"expires_on": YESTERDAY})], "co-lead", "has a license that ended on Mar 1, 2026"),
        ([("CPRS", {"expires_on": YESTERDAY})], "lead", "has no credential that may lead The service"),
        ([("CPRS", {}), ("LPC", {"expires_on": YESTERDAY})], "lead", "has a license that ended on Mar 1, 2026"),
        ([("Intern", {})], "lead", "has no supervisor in force who may lead The service"),
        (
            [("Intern", {}), ("LSW", {"expires_on": YESTERDAY})],
            "lead",
            "has no supervisor in force who may lead The service",
        ),
    ],
)
def test_a_refusal_says_what_is_missing_beginning_with_what_a_renewal_repairs(
    ines, evening, credentials, role, reason
):  # fmt: skip
    for kind, fields in credentials:
        make_credential(ines, kind, **fields)
    assert verdict(ines, evening, role=role).reason == reason


def test_an_edited_cell_decides_at_once_and_a_missing_one_is_no(rae, evening):
    make_credential(rae, "RN")
    cell = LeadRule.objects.get(row="group therapy", column="RN")
    cell.answer = "yes"
    cell.save()
    assert may(rae, evening)
    cell.delete()
    assert verdict(rae, evening).code == "not_qualified"


@pytest.mark.parametrize(
    ("own", "supervision", "supervisors", "last"),
    [
        (None, None, None, None),
        (5, None, None, 5),
        (5, 3, None, 3),
        (5, 3, 1, 1),
        (5, None, 7, 5),
        (-1, None, None, None),
    ],
)
def test_the_last_day_is_the_earliest_end_of_what_carries_the_part(
    *, ines, rae, evening, own, supervision, supervisors, last
):
    def after(days):
        return None if days is None else DAY + timedelta(days)

    make_credential(ines, "LSW", expires_on=after(own))
    make_credential(rae, expires_on=after(supervisors))
    make_supervision(ines, rae, ends_on=after(supervision))
    assert last_day(ines, evening) == after(last)


def test_the_last_day_looks_past_an_end_that_something_else_carries_on(rae, evening):
    make_credential(rae, expires_on=DAY)
    make_credential(rae, "LPC", issued_on=TOMORROW, expires_on=DAY + timedelta(9))
    assert last_day(rae, evening) == DAY + timedelta(9)


@pytest.mark.parametrize("people", [1, 30])
def test_the_book_is_opened_with_the_same_queries_for_any_number_of_people(evening, people):
    users = [make_user(f"user{number}") for number in range(2 * people)]
    for user, supervisor in zip(users[:people], users[people:], strict=True):
        make_credential(user, "Intern")
        make_credential(supervisor)
        make_supervision(user, supervisor)
    the_service, the_book = service(), policy.book(evening, DAY)
    with CaptureQueriesContext(connection) as captured:
        book = lead_book([user.pk for user in users[:people]], the_book)
        asked = {"service": the_service, "program": evening, "role": "lead", "day": DAY}
        assert all(book.verdict(user.pk, **asked).may for user in users[:people])
    assert len(captured) == 4
