from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from programs import policy
from programs.policy import KEYS
from programs.tests.factories import OPENED, make_group, make_location, make_policy_value, make_program

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.mark.parametrize("key", KEYS.values(), ids=list(KEYS))
def test_every_default_is_in_its_own_grammar(key):
    key.value(key.default)


def test_keys_that_no_rule_names_are_the_three_shown_where_people_decide():
    unnamed = {name for name, key in KEYS.items() if not key.rules}
    assert unnamed == {"max_week_minutes", "min_days_per_week", "consent_default_days"}


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("week_start", "monday", "Monday"),
        ("min_day_minutes", "0", 0),
        ("group_cap_multifamily", "None", None),
        ("group_cap_therapy", "8", 8),
        ("hard_cap", "none", None),
        ("exclude_breaks", "False", False),
        ("license_warn_days", "60, 30", (60, 30)),
        ("similarity_threshold", "0.75", Decimal("0.75")),
        ("plan_due", "3 visits/30 d", "3 visits/30 d"),
    ],
)
def test_a_value_is_read_as_its_type(key, text, value):
    assert KEYS[key].value(text) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("week_start", "Tuesday"),
        ("min_week_minutes_adult", "9 h"),
        ("min_week_minutes_adult", "-1"),
        ("min_week_minutes_adult", "99999999999999999999"),
        ("min_week_minutes_adult", "٥٤٠"),
        ("grace_late_minutes", "none"),
        ("exclude_breaks", "maybe"),
        ("license_warn_days", "7,30"),
        ("license_warn_days", "90,,7"),
        ("license_warn_days", ""),
        ("similarity_threshold", "1.2"),
        ("similarity_threshold", "nan"),
        ("plan_due", " "),
    ],
)
def test_a_value_out_of_its_grammar_is_refused_with_what_it_takes(key, text):
    value = make_policy_value(key, text)
    with pytest.raises(ValidationError) as caught:
        value.full_clean()
    assert KEYS[key].expects in caught.value.message_dict["value"][0] or not text


def test_an_unknown_key_is_refused():
    with pytest.raises(ValidationError, match="is not a policy key"):
        make_policy_value("group_cap", "12").full_clean()


def test_a_program_wins_over_the_provider_and_that_over_the_default():
    own, other = make_program(), make_program()
    make_policy_value("group_min", "3")
    make_policy_value("group_min", "4", own)
    book = policy.book([own.pk, other.pk], DAY)
    assert [book.value(program, "group_min") for program in (own, other, None)] == [4, 3, 3]
    assert book.value(own, "note_target") == "24 hours"
    assert (book.row(own, "group_min").value, book.row(own, "note_target")) == ("4", None)


@pytest.mark.parametrize(("shift", "value"), [(-1, 2), (0, 3), (29, 3), (30, 5)])
def test_a_value_holds_from_its_day_until_the_next_row(shift, value):
    program = make_program()
    make_policy_value("group_min", "5", program, starts_on=OPENED + timedelta(days=30))
    make_policy_value("group_min", "3", program, starts_on=OPENED)
    assert policy.book(program, OPENED + timedelta(days=shift)).value(program, "group_min") == value


def test_a_book_is_one_query_for_any_number_of_programs_and_keys(django_assert_num_queries):
    programs = [make_program(location=make_location()) for _ in range(5)]
    for program in programs:
        make_policy_value("group_min", "3", program)
    with django_assert_num_queries(1):
        book = policy.book([program.pk for program in programs], DAY)
        assert [book.value(program, key) for program in programs for key in KEYS]


def test_a_book_does_not_answer_for_a_program_it_was_not_opened_for():
    own, other = make_program(), make_program()
    book = policy.book(own, DAY)
    with pytest.raises(LookupError):
        book.value(other, "group_min")
    with pytest.raises(LookupError):
        book.value(own, "group_maximum")


@pytest.mark.parametrize(
    ("service", "capacity", "cap"),
    [
        ("group-therapy", None, 12),
        ("group-therapy", 8, 8),
        ("group-therapy", 15, 12),
        ("skill-building", None, 20),
        ("multi-family-group", None, None),
        ("multi-family-group", 40, 40),
        ("12-step-meeting", None, None),
    ],
)
def test_a_group_plans_for_its_capacity_within_the_cap_of_its_service(service, capacity, cap):
    group = make_group(service=service, capacity=capacity)
    assert group.cap(policy.book(group.program, DAY)) == cap
