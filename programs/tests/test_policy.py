import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from programs import policy
from programs.clocks import NOTE, PLAN
from programs.policy import KEYS, SECTIONS
from programs.policy.purposes import PURPOSES
from programs.tests.factories import OPENED, make_group, make_location, make_policy_value, make_program

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)

# Key, default, unit, least and most (or the texts it takes and just does not), rules: the table of the field.
NUMBERS = """
min_week_minutes_adult        540  minutes 0 10080 R-24 R-25 R-42
min_week_minutes_adolescent   360  minutes 0 10080 R-06 R-24 R-25 R-42
adolescent_under_age          18   years 1 26 R-06 R-24 R-25 R-42
max_week_minutes              1140 minutes 1 10080
php_minutes                   1200 minutes 1 10080 R-24 R-25
averaging_weeks               1    weeks 1 12 R-25 R-42
min_day_minutes               180  minutes 0 1440 R-43
min_days_per_week             3    days 0 7
max_idle_days_between         3    days 0 30 R-34
grace_late_minutes            10   minutes 0 120 R-38
grace_early_minutes           10   minutes 0 120 R-38
group_cap_therapy             12   people 1 200 R-26 R-27
group_cap_education           20   people 1 200 R-26 R-27
group_cap_multifamily         none people 1 200 R-26 R-27
hard_cap                      none people 1 200 R-26
group_min                     2    people 1 50 R-28
caseload_max                  24   patients 1 500 R-32
plan_review_days              30   days 1 366 R-18
recert_days                   60   days 1 366 R-17
countersign_days              10   days 1 366 R-22
family_interval_days          30   days 1 366 R-36
individual_interval_days      7    days 1 366 R-36
absence_consecutive_days      3    days 1 60 R-46
absence_window_count          3    days 1 60 R-46
absence_window_days           14   days 1 366 R-46
absence_idle_days             7    days 1 366 R-46
inactive_discharge_review_days 30  days 1 366 R-46
consent_default_days          365  days 1 3660
auth_warn_units               3    units 0 1000 R-77
auth_warn_days                7    days 0 366 R-77
discharge_summary_days        15   days 1 366 R-79
loc_max_age_days              30   days 1 366 R-02
cancel_notice_hours           24   hours 0 240 R-39
makeup_window_before_days     7    days 0 366 R-41
makeup_window_after_days      14   days 0 366 R-41
attendance_close_hours        24   hours 1 2400 R-47
btg_hours                     4    hours 1 240 R-66
minor_consent_age             18   years 10 21 R-06
risk_no_show_due_minutes      60   minutes 1 1440 R-46
court_report_emergent_days    3    working_days 1 60 R-81
court_report_routine_days     10   working_days 1 60 R-81
renewal_grace_days            30   days 0 366 R-30
instrument_cadence_days       14   days 1 366 R-75
"""
WRONG_SHARES = ["0", "0%", "1.01", "101%", "90 %", "90%%", "1e-3", "0_0.9", "٠.٩", "0.90000"]
WRONG_SHARES += [".", "-0.5", "nan", "sNaN", "Infinity", ""]
OTHERS = {
    "week_start": ("Sunday", ["Sunday", "Monday"], ["Tuesday", "0", ""], "R-42"),
    "exclude_breaks": ("true", ["true", "false"], ["on", "1", ""], "R-25 R-42 R-43"),
    "note_before_next_session": ("false", ["true", "false"], ["off", "none", ""], "R-52"),
    "plan_due": ("14 days", ["1 day", "366 days", "10 treatment days or 30 days"], ["14", "24 hours", ""],
                 "R-12 R-16 R-49"),
    "note_target": ("24 hours", ["1 hour", "14 days", "2 working days"], ["24", "3 visits", ""], "R-52"),
    "note_overdue": ("72 hours", ["1 hour", "14 days", "2 working days"], ["72", "3 visits", ""], "R-52"),
    "license_warn_days": ("90,60,30,7", ["0", "3650", "90,60,30,7"], ["3651", "7,30", "90,,7", "90 days", ""], "R-31"),
    "clone_threshold": ("0.90", ["0.01", "1"], WRONG_SHARES, "R-14"),
    "similarity_threshold": ("0.80", ["0.01", "1"], WRONG_SHARES, "R-51"),
}  # fmt: skip
ROWS = [line.split() for line in NUMBERS.strip().splitlines()]
OR_NONE = {"group_cap_therapy", "group_cap_education", "group_cap_multifamily", "hard_cap"}
IDS = [row[0] for row in ROWS]


def test_the_keys_are_exactly_these():
    assert set(KEYS) == {row[0] for row in ROWS} | set(OTHERS)
    assert sum(len(keys) for keys in SECTIONS.values()) == len(KEYS) == 52


def test_keys_that_no_rule_names_are_the_three_shown_where_people_decide():
    unnamed = {name for name, key in KEYS.items() if not key.rules}
    assert unnamed == {"max_week_minutes", "min_days_per_week", "consent_default_days"}


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_key_of_a_number_has_its_default_unit_bounds_and_rules(row):
    name, default, unit, least, most, *rules = row
    key = KEYS[name]
    assert (key.default, key.unit, list(key.rules)) == (default, unit.replace("_", " "), rules)
    assert key.value(default) == (None if default == "none" else int(default))
    assert (key.value(least), key.value(most)) == (int(least), int(most))
    expected = f"a whole number of {key.unit} from {least} to {most}" + (", or none" if name in OR_NONE else "")
    assert key.expects == expected
    unit_written = f"{least} {key.unit}"
    too_long = ["9" * 20, f"{least:0>9}9"]
    for text in [str(int(least) - 1), str(int(most) + 1), "", "2.5", "many", unit_written, "٥", *too_long]:
        with pytest.raises(
            ValueError, match=rf"cannot be the value of “{re.escape(key.label)}”\. It takes {expected}\."
        ):
            key.value(text)


@pytest.mark.parametrize("name", IDS)
def test_only_a_key_that_may_be_none_takes_the_word(name):
    if name in OR_NONE:
        assert KEYS[name].value("None") is None
    else:
        with pytest.raises(ValueError, match="“none” cannot be"):
            KEYS[name].value("none")


@pytest.mark.parametrize(("name", "row"), OTHERS.items(), ids=list(OTHERS))
def test_a_key_of_another_kind_has_its_default_grammar_and_rules(name, row):
    default, taken, refused, rules = row
    key = KEYS[name]
    assert (key.default, " ".join(key.rules), key.tidy(default)) == (default, rules, default)
    assert [key.tidy(text) for text in taken] == taken
    for text in refused:
        with pytest.raises(ValueError, match=re.escape(f"“{text}” cannot be the value of “{key.label}”. ")):
            key.value(text)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("week_start", "monday", "Monday"),
        ("group_cap_multifamily", "None", None),
        ("exclude_breaks", "False", False),
        ("license_warn_days", "60, 30", (60, 30)),
        ("similarity_threshold", "0.75", Decimal("0.75")),
        ("plan_due", "3 visits or 30 days", PLAN.read("3 visits or 30 days")),
        ("note_overdue", "2 business days", NOTE.read("2 working days")),
    ],
)
def test_a_value_is_read_as_its_type(key, text, value):
    assert KEYS[key].value(text) == value


@pytest.mark.parametrize(
    ("key", "text", "kept", "shown"),
    [
        ("min_week_minutes_adult", "0540", "540", "540 minutes (9 h)"),
        ("min_day_minutes", "100", "100", "100 minutes (1.67 h)"),
        ("risk_no_show_due_minutes", "60", "60", "60 minutes"),
        ("averaging_weeks", " 1 ", "1", "1 week"),
        ("group_min", "1", "1", "1 person"),
        ("court_report_emergent_days", "1", "1", "1 working day"),
        ("hard_cap", "NONE", "none", "no limit"),
        ("exclude_breaks", "TRUE", "true", "yes"),
        ("note_before_next_session", "False", "false", "no"),
        ("license_warn_days", "90, 60,30 ,7", "90,60,30,7", "90, 60, 30 and 7 days"),
        ("note_overdue", "2 business days", "2 working days", "2 working days"),
        ("week_start", "monday", "Monday", "Monday"),
        ("clone_threshold", "0.90", "0.90", "90%"),
        ("clone_threshold", "90%", "0.9", "90%"),
        ("clone_threshold", ".875", "0.875", "87.5%"),
        ("clone_threshold", "100%", "1", "100%"),
        ("hard_cap", "No limit", "none", "no limit"),
        ("exclude_breaks", "Yes", "true", "yes"),
    ],
)
def test_a_value_is_kept_in_one_way_and_shown_with_its_unit(key, text, kept, shown):
    value = make_policy_value(key, text)
    value.full_clean()
    assert (value.value, KEYS[key].shown(value.value)) == (kept, shown)


def test_a_value_out_of_its_grammar_is_refused_at_the_field_with_what_it_takes():
    value = make_policy_value("grace_late_minutes", "ten")
    with pytest.raises(ValidationError) as caught:
        value.full_clean()
    sentence = "“ten” cannot be the value of “Late when later than”. It takes a whole number of minutes from 0 to 120."
    assert caught.value.message_dict == {"value": [sentence]}


def test_what_a_page_shows_of_a_switch_a_share_or_no_limit_can_be_typed():
    for key in KEYS.values():
        if key.kind in {"yes or no", "a share"} or key.default == policy.NONE:
            assert key.value(key.shown(key.default)) == key.value(key.default)


def test_a_value_that_grows_past_its_column_as_it_is_kept_is_refused():
    """“service days” are written “treatment days”; PostgreSQL would answer with an error page."""
    typed = "1 service day after assessment or 260 days after assessment"
    value = make_policy_value("plan_due", "14 days")
    value.value = typed
    assert len(typed) < 60
    with pytest.raises(ValidationError, match=r"is longer than 60 letters\. Leave out one part"):
        value.full_clean()


def test_a_refusal_quotes_the_beginning_of_a_very_long_value():
    with pytest.raises(ValueError, match="^“" + "9" * 60 + "” cannot be the value of “Least for a group”"):
        KEYS["group_min"].value("9" * 100_000)


def test_every_rule_that_asks_for_a_key_says_what_it_is_about_and_no_other_does():
    assert set(PURPOSES) == {rule for key in KEYS.values() for rule in key.rules}
    assert KEYS["plan_review_days"].purposes == [("R-18", "plan reviews")]


def test_no_two_keys_share_a_label():
    assert len({key.label for key in KEYS.values()}) == len(KEYS)


SEEN = """
week_start: Sunday, Monday
min_week_minutes_adult: 300, 540, 600, 720
min_week_minutes_adolescent: 360
adolescent_under_age: 18, 21
max_week_minutes: 600, 1140, 1200, 1800
php_minutes: 1140, 1200
averaging_weeks: 1, 4
min_day_minutes: 0, 120, 180
min_days_per_week: 2, 3
max_idle_days_between: 2, 3
grace_late_minutes: 0, 15
grace_early_minutes: 0, 15
group_cap_therapy: 8, 12, 15, 16
group_cap_education: 20, 35
group_cap_multifamily: none
hard_cap: none, 8, 35
group_min: 2
caseload_max: 16, 24, 30, 35, 50
plan_due: 14 days, 3 visits or 30 days, 10 treatment days or 30 days, 7 work days, 7 days, 5 service days
plan_review_days: 7, 90
recert_days: 60
note_target: 24 hours, 2 business days, 14 days
note_overdue: 72 hours, 2 business days, 14 days
note_before_next_session: true, false
countersign_days: 10
family_interval_days: 7, 30
individual_interval_days: 7, 30
inactive_discharge_review_days: 14, 30
discharge_summary_days: 7, 30
cancel_notice_hours: 24, 48
minor_consent_age: 12, 18
instrument_cadence_days: 7, 30
"""


@pytest.mark.parametrize("line", SEEN.strip().splitlines())
def test_every_value_that_was_seen_somewhere_is_taken(line):
    name, texts = line.split(": ")
    assert [KEYS[name].tidy(text) for text in texts.split(", ")]


def test_an_unknown_key_is_refused():
    with pytest.raises(ValidationError, match="is not a policy key"):
        make_policy_value("group_cap", "12").full_clean()


def test_a_program_wins_over_the_provider_and_that_over_the_default():
    own, other = make_program(), make_program()
    make_policy_value("group_min", "3")
    make_policy_value("group_min", "4", own)
    book = policy.book([own.pk, other.pk], DAY)
    assert [book.value(program, "group_min") for program in (own, other, None)] == [4, 3, 3]
    assert str(book.clock(own, "note_target")) == "24 hours"
    assert (book.row(own, "group_min").value, book.row(own, "note_target")) == ("4", None)


def test_an_empty_value_falls_back_from_its_day():
    own = make_program()
    make_policy_value("group_min", "4", own)
    make_policy_value("group_min", "", own, starts_on=DAY).full_clean()
    assert [policy.book(own, day).number(own, "group_min") for day in (DAY - timedelta(1), DAY)] == [4, 2]
    make_policy_value("group_min", "3")
    assert policy.book(own, DAY).number(own, "group_min") == 3
    make_policy_value("group_min", "", starts_on=DAY)
    assert (policy.book(own, DAY).number(own, "group_min"), policy.book(own, DAY).row(own, "group_min")) == (2, None)


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
