"""Values as a director enters, ends and starts them: one of a key from a day on, for a program or for all."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from programs import policy
from programs.actions.policy import apply_preset, preview
from programs.models import PolicyValue
from programs.policy import KEYS
from programs.preset_table import PRESETS
from programs.presets import fingerprint
from programs.tests.factories import make_location, make_policy_value, make_posting, make_program
from staff.choices import Role
from staff.tests.factories import make_user
from web.refusals import Refusal
from web.tests.saving import save

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
LATER, LAST = date(2026, 6, 1), date(2026, 9, 1)
ADD = "/admin/programs/policyvalue/add/"
NJ = PRESETS["NJ"]


@pytest.fixture(autouse=True)
def on_that_day(time_machine):
    time_machine.move_to("2026-03-02 12:00-05:00", tick=False)


@pytest.fixture
def evening():
    return make_program("Evening IOP", location=make_location("Northside"))


@pytest.fixture
def dana(client, evening):
    """Director of all there is, signed in."""
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana)
    client.force_login(dana)
    return dana


def enter(client, program=None, **change):
    data = {"key": "group_min", "value": "3", "starts_on": str(LATER), "citation": "Manual", "is_confirmed": "on"}
    return save(client, ADD, data | {"program": program.pk if program else ""} | change)


def errors(answer):
    form = answer.context["adminform"].form
    return [sentence for sentences in form.errors.values() for sentence in sentences]


def apply(program, by, day, preset=NJ, **how):
    found = preview(preset, program=program, starts_on=day)
    given = {"replace": (), "seen": fingerprint(found), "key": uuid.uuid4()} | how
    return apply_preset(preset=preset, program=program, starts_on=day, by=by, day=DAY, **given)


def numbers(program, key, *days):
    return [policy.book(program, day).text(program, key) for day in days]


def test_every_key_and_every_default_fits_its_column():
    assert max(len(name) for name in KEYS) <= 40
    assert max(len(key.default) for key in KEYS.values()) <= 60


def test_a_second_value_of_a_program_from_the_same_day_is_refused_with_what_to_do(client, dana, evening):
    assert enter(client, evening).status_code == 302
    answer = enter(client, evening, value="4")
    assert errors(answer) == ["This program already has a value from that day. Change that one."]
    assert enter(client, evening, value="4", starts_on=str(LATER + timedelta(1))).status_code == 302
    assert enter(client, value="5").status_code == 302
    assert numbers(evening, "group_min", DAY, LATER, LAST) == ["2", "3", "4"]


def test_a_second_value_of_the_whole_provider_from_the_same_day_is_refused_with_what_to_do(client, dana, evening):
    assert enter(client).status_code == 302
    assert errors(enter(client, value="4")) == [
        "There is already a provider-wide value from that day. Change that one."
    ]
    assert enter(client, evening, value="5").status_code == 302
    assert PolicyValue.objects.count() == 2


@pytest.mark.parametrize("for_all", [False, True])
def test_the_database_keeps_one_value_of_a_key_and_day(evening, for_all):
    program = None if for_all else evening
    make_policy_value("group_min", "3", program)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_policy_value("group_min", "4", program)
    make_policy_value("group_min", "4", make_program())


def test_a_provider_wide_change_reaches_a_program_when_its_own_value_ends(client, dana, evening):
    enter(client, evening, value="4", starts_on=str(DAY))
    enter(client, value="5", starts_on=str(LATER))
    assert numbers(evening, "group_min", DAY, LATER, LAST) == ["4", "4", "4"]
    enter(client, evening, value="", starts_on=str(LAST))
    assert numbers(evening, "group_min", LATER, LAST - timedelta(1), LAST) == ["4", "4", "5"]
    enter(client, value="", starts_on=str(LAST + timedelta(1)))
    assert numbers(evening, "group_min", LAST, LAST + timedelta(1)) == ["5", "2"]


def test_a_value_that_is_no_value_of_its_key_is_refused_and_what_was_typed_stays(client, dana, evening):
    answer = enter(client, evening, value="many")
    sentence = "“many” cannot be the value of “Least for a group”. It takes a whole number of people from 1 to 50."
    assert (errors(answer), 'value="many"' in answer.content.decode()) == ([sentence], True)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("least group", ["group_min"]),
        ("PLAN DUE", ["plan_due"]),
        ("Contract 7", ["plan_due"]),
        ("group_min", ["group_min"]),
        ("evening", ["group_min"]),
        ("day late", []),
        ("", ["group_min", "plan_due"]),
        ("x " * 5000, []),
    ],
)
def test_the_list_is_searched_by_label_key_citation_and_program(client, dana, evening, words, keys):
    make_policy_value("group_min", "3", evening)
    make_policy_value("plan_due", "7 days", citation="Contract 7")
    page = client.get("/admin/programs/policyvalue/", {"q": words})
    assert [row.key for row in page.context["cl"].result_list] == keys


def test_a_value_is_named_as_people_read_it(evening):
    values = [make_policy_value("group_min", value, evening, starts_on=day) for value, day in (("3", DAY), ("", LATER))]
    assert [str(value) for value in values] == ["Least for a group: 3", "Least for a group falls back"]


def test_a_preset_may_begin_before_the_program_opens_and_after_other_presets(dana):
    """A later value of the program's own ends the preset's, and the preview says when."""
    program = make_program("Morning IOP", opens_on=LATER)
    apply(program, dana, LAST, preset=PRESETS["MD"])
    apply(program, dana, LATER)
    assert numbers(program, "plan_due", DAY, LATER, LAST) == [
        "14 days", "3 visits or 30 days", "7 working days after assessment",
    ]  # fmt: skip
    until = {one.key.name: one.until for one in preview(NJ, program=program, starts_on=LATER)}
    assert (until["plan_due"], until["caseload_max"]) == (LAST, None)


def test_a_preset_for_all_leaves_a_program_its_own_values_and_ends_with_what_comes_later(dana, evening):
    make_policy_value("caseload_max", "30", evening)
    make_policy_value("caseload_max", "40", starts_on=LAST)
    apply(None, dana, LATER)
    other = make_program()
    assert numbers(evening, "caseload_max", LATER, LAST) == ["30", "30"]
    assert numbers(other, "caseload_max", DAY, LATER, LAST) == ["24", "24", "40"]
    assert numbers(other, "plan_due", LATER - timedelta(1), LATER) == ["14 days", "3 visits or 30 days"]


def test_a_preset_for_a_program_wins_where_the_provider_has_another_since_then(dana, evening):
    apply(evening, dana, LATER)
    apply(None, dana, LATER, preset=PRESETS["MN"])
    assert numbers(evening, "plan_due", LATER) == ["3 visits or 30 days"]
    assert numbers(make_program(), "plan_due", LATER) == ["10 treatment days or 30 days"]


def test_a_preset_is_ended_by_empty_values_from_a_day_on(client, dana, evening):
    apply(evening, dana, LATER)
    for name in NJ.values:
        assert enter(client, evening, key=name, value="", starts_on=str(LAST)).status_code == 302
    sheets = [policy.sheet(evening, day) for day in (LAST - timedelta(1), LAST)]
    assert [sheet.count("this program") for sheet in sheets] == [len(NJ.values), 0]


def test_of_two_directors_who_apply_presets_to_one_program_the_second_is_shown_the_values_anew(dana, evening):
    other = make_user("omar", Role.DIRECTOR)
    make_posting(other, evening)
    seen = fingerprint(preview(PRESETS["MN"], program=evening, starts_on=LATER))
    apply(evening, dana, LATER)
    with pytest.raises(Refusal) as refused:
        apply(evening, other, LATER, preset=PRESETS["MN"], seen=seen)
    assert refused.value.code == "preview_changed"
    assert numbers(evening, "plan_due", LATER) == ["3 visits or 30 days"]
