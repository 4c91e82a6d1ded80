"""The presets against what was found for each state and payer."""

import pytest

from programs.policy import KEYS
from programs.preset_table import ONE_MINIMUM, ONE_SIZE, PRESETS


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_every_value_of_a_preset_is_kept_as_its_key_writes_it(preset):
    assert {name: KEYS[name].tidy(text) for name, text in preset.values.items()} == preset.values
    assert 0 < len(preset.citation) <= 200


def test_these_presets_are_shipped_and_one_is_obsolete():
    states = "AZ CA-NTP CA-DMC DC FL IN KS KY MD MN NC NJ NY PA TX VA WA WY MT LCD-L33632"
    assert " ".join(PRESETS) == states
    assert [code for code, preset in PRESETS.items() if preset.is_obsolete] == ["MT"]


# What was found for each state and payer: code, citation, and the values that are keys of the profile.
FOUND = """
AZ | AHCCCS provider update PU24047 | min_week_minutes_adult 540, min_day_minutes 180, min_days_per_week 2,
    group_cap_therapy 8, caseload_max 16
CA-NTP | 9 CCR 10345 | group_cap_therapy 12, group_min 2, note_overdue 14 days
CA-DMC | 22 CCR 51341.1 | min_week_minutes_adult 540, max_week_minutes 1140, group_cap_therapy 12, group_min 2,
    week_start Sunday
DC | 22-A DCMR 6329, 6340 | min_week_minutes_adult 540, min_week_minutes_adolescent 360, adolescent_under_age 21,
    max_week_minutes 1140
FL | F.A.C. 65D-30.009, 65D-30.0044 | min_week_minutes_adult 720, min_day_minutes 180, group_cap_therapy 15,
    caseload_max 50, countersign_days 10
IN | 405 IAC 5-21.5-11 | min_day_minutes 180, min_days_per_week 3
KS | Kansas standard R03-704 | min_week_minutes_adult 540, min_week_minutes_adolescent 360, adolescent_under_age 18
KY | 907 KAR 15:010 | group_cap_therapy 12
MD | COMAR 10.63.03.03, 10.47.02.05 | min_week_minutes_adult 540, min_week_minutes_adolescent 360,
    adolescent_under_age 18, max_week_minutes 1200, plan_due 7 working days after assessment
MN | Minn. Stat. 245G.06 | group_cap_therapy 16, caseload_max 50, plan_due 10 treatment days or 30 days
NC | NC Clinical Coverage Policy 8A (SAIOP) | min_week_minutes_adult 540, max_week_minutes 1140, min_day_minutes 180,
    min_days_per_week 3, max_idle_days_between 2, group_cap_therapy 12
NJ | N.J.A.C. 10:161B-9.2, 10:161B-10.1 | min_week_minutes_adult 540, group_cap_therapy 12, caseload_max 24,
    plan_due 3 visits or 30 days, family_interval_days 30
NY | 14 NYCRR 822.8 | group_cap_therapy 15
PA | 28 Pa. Code 704.12, 709.123 | min_week_minutes_adult 300, max_week_minutes 600, caseload_max 35
TX | 26 TAC 564.901, 564.804; 26 TAC 301.361 | group_cap_therapy 16, group_cap_education 35, group_cap_multifamily none,
    plan_due 5 treatment days, note_overdue 2 working days
VA | 12VAC30-130-5090; 12VAC35-105-1730 | min_week_minutes_adult 540, min_week_minutes_adolescent 360,
    max_week_minutes 1140, averaging_weeks 4, min_day_minutes 180, group_cap_therapy 12
WA | WAC 246-341-0740 | min_days_per_week 3, plan_review_days 30, note_before_next_session true,
    court_report_emergent_days 3, court_report_routine_days 10
WY | Wyoming rules ch. 4 sec. 12 | min_week_minutes_adult 540, min_week_minutes_adolescent 360, min_days_per_week 3,
    max_idle_days_between 3
MT | Mont. Admin. R. 37.27.138 (repealed) | min_week_minutes_adult 600, max_week_minutes 1800
LCD-L33632 | LCD L33632 | group_cap_therapy 12
"""
LINES = FOUND.strip().replace(",\n    ", ", ").splitlines()


@pytest.mark.parametrize("line", LINES, ids=[line.split(" |")[0] for line in LINES])
def test_a_preset_has_exactly_the_numbers_that_were_found_and_their_citation(line):
    code, citation, values = line.split(" | ")
    found = dict(one.split(" ", 1) for one in values.split(", "))
    assert (PRESETS[code].citation, PRESETS[code].values) == (citation, found)


# A word or two of everything that was found besides and is no key of the profile.
BESIDES = {
    "AZ": ["psychiatric provider", "three individual sessions", "two groups of 50", "behavioral health prof", "80%"],
    "CA-NTP": ["common goal", "12-step"],
    "DC": ["assessment within 7 days", "30 to 60 days", "15 minutes", "80 a week"],
    "FL": ["signed by the patient and its author", "no qualified professional", "life skills"],
    "IN": ["licensed professionals", "individualized, integrated", "12-step"],
    "KS": ["scheduled counseling"],
    "KY": ["face-to-face", "regularly scheduled"],
    "MD": ["two weeks", "after each session", "30 adults or 25 youths", "90 days"],
    "MN": ["day of initiation", "signed by the patient and the counselor", "telehealth", "weekly review"],
    "NC": ["each member of the staff", "each service day"],
    "NJ": ["each month", "35 in outpatient care and 12 in partial care", "primary counselor at admission"],
    "NY": ["progress notes", "Part 2"],
    "PA": ["one client", "every 60 days", "every 30 days"],
    "TX": ["business days", "7 calendar days", "interns' plans"],
    "VA": ["average", "2 hours a day", "as the plan says", "24 hours by phone and 72 hours in person"],
    "WA": ["72 hours within 12 weeks", "three sessions a week", "hour or more", "before participation", "self-help",
           "2013"],
    "WY": ["8 weeks", "two weeks of the assessment"],
    "MT": ["three weeks", "90%"],
    "LCD-L33632": ["45 to 60 minutes", "number of participants"],
}  # fmt: skip


@pytest.mark.parametrize("code", BESIDES)
def test_what_was_found_and_is_no_key_is_a_note(code):
    notes = "\n".join(PRESETS[code].notes)
    assert [word for word in BESIDES[code] if word not in notes] == []


def test_a_preset_says_what_its_one_number_leaves_open():
    """A minimum for adults alone leaves adolescents', a cap for groups those of education and of families."""
    for preset in PRESETS.values():
        one_minimum = "min_week_minutes_adult" in preset.values and "min_week_minutes_adolescent" not in preset.values
        one_size = "group_cap_therapy" in preset.values and "group_cap_education" not in preset.values
        is_open = [one_minimum and preset.code != "MT", one_size and preset.code != "LCD-L33632"]
        assert [ONE_MINIMUM in preset.notes, ONE_SIZE in preset.notes] == is_open, preset.code
