from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs import policy
from programs.licenses import licenses, warnings
from programs.tests.factories import make_policy_value, make_program
from staff.tests.factories import make_credential, make_user

pytestmark = pytest.mark.django_db
DAY = date(2027, 1, 8)


def warned(*users, day=DAY):
    return [one.sentence for one in warnings([user.pk for user in users], day=day, book=policy.book([], day))]


def test_people_are_warned_of_what_has_ended_and_what_ends_soon_the_most_urgent_first():
    rae, kim, omar = make_user("rae"), make_user("kim"), make_user("omar")
    make_credential(rae, "LPC", expires_on=date(2027, 3, 9))
    make_credential(kim, "LCSW", expires_on=date(2027, 1, 6))
    make_credential(kim, "LCADC", expires_on=date(2027, 12, 31))
    make_credential(omar, "LPC", expires_on=date(2027, 1, 9))
    assert warned(rae, kim) == [
        "LCSW of New Jersey ended on Jan 6, 2027, 2 days ago.",
        "LPC of New Jersey ends on Mar 9, 2027, in 60 days.",
    ]


def test_the_provider_sets_how_early_to_warn():
    rae = make_user("rae")
    make_credential(rae, expires_on=DAY + timedelta(100))
    assert warned(rae) == []
    make_policy_value("license_warn_days", "120,30", make_program())
    assert warned(rae) == []
    make_policy_value("license_warn_days", "120,30")
    assert len(warned(rae)) == 1


def test_nobody_is_warned_of_somebody_who_left_or_of_what_was_renewed():
    rae, gone = make_user("rae"), make_user("kim", is_active=False)
    make_credential(gone, expires_on=DAY)
    make_credential(rae, expires_on=DAY)
    assert len(warned(rae, gone)) == 1
    make_credential(rae, issued_on=DAY + timedelta(1), expires_on=DAY + timedelta(730))
    assert warned(rae, gone) == []


def test_all_licenses_of_someone_are_listed_with_those_that_never_expire_last():
    rae = make_user("rae")
    make_credential(rae, "CADC")
    make_credential(rae, "LPC", expires_on=date(2030, 1, 1))
    found = licenses([rae.pk], day=DAY, book=policy.book([], DAY))
    assert [(str(one.credential.type), one.is_due) for one in found] == [("LPC", False), ("CADC", False)]


@pytest.mark.parametrize("people", [1, 30])
def test_one_query_answers_for_any_number_of_people(people):
    users = [make_user(f"user{number}") for number in range(people)]
    for user in users:
        make_credential(user, expires_on=DAY)
    book = policy.book([], DAY)
    book.value(None, "license_warn_days")
    with CaptureQueriesContext(connection) as captured:
        found = warnings([user.pk for user in users], day=DAY, book=book)
        assert [str(one.credential.user) for one in found] == [str(user) for user in users]
    assert len(captured) == 1
