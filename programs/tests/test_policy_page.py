import html
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs import policy
from programs.policy import KEYS, SECTIONS
from programs.policy.purposes import REMARKS
from programs.tests.factories import make_location, make_policy_value, make_posting, make_program
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
LATER = date(2027, 1, 4)


@pytest.fixture(autouse=True)
def on_that_day(time_machine):
    time_machine.move_to("2026-03-02 12:00-05:00", tick=False)


@pytest.fixture
def evening():
    return make_program("Evening IOP", location=make_location("Northside"))


@pytest.fixture
def rae(client, evening):
    """Clinician of the Evening IOP, signed in."""
    rae = make_user()
    make_posting(rae, evening)
    client.force_login(rae)
    return rae


@pytest.fixture
def dana(client, evening):
    """Director of Northside, signed in."""
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=evening.location)
    client.force_login(dana)
    return dana


def line(program, key, day=DAY):
    return next(line for line in policy.sheet(program, day).lines if line.key.name == key)


def rows_of(response):
    """The table's rows as plain text, by their first cell."""
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</th>(.*?)</tr>", response.content.decode(), re.DOTALL)
    return {head: " ".join(re.sub(r"<[^>]+>", " ", cells).split()) for head, cells in rows}


def opened(client, program, **query):
    return client.get(reverse("program_policy", args=[program.pk]), query)


def test_a_sheet_has_every_key_once_under_its_heading(evening):
    assert {name: [one.key for one in lines] for name, lines in policy.sheet(evening, DAY).sections.items()} == SECTIONS


def test_a_value_is_shown_with_where_it_comes_from_and_what_comes_later(evening):
    assert (line(evening, "group_min").now.shown, line(evening, "group_min").now.source) == ("2 people", "default")
    make_policy_value("group_min", "3")
    make_policy_value("group_min", "4", evening, starts_on=LATER)
    make_policy_value("group_min", "5", make_program())
    found = line(evening, "group_min")
    assert (found.now.shown, found.now.source) == ("3 people", "whole provider")
    assert (found.changes_on, found.later.shown, found.later.source) == (LATER, "4 people", "this program")
    assert line(evening, "group_min", LATER).now.source == "this program"
    assert line(evening, "group_min", LATER).later is None


DAYS = [date(2026, 1, 5) + timedelta(days=30 * number) for number in range(6)]


@pytest.mark.parametrize(
    ("own", "provider", "day", "expected"),
    [
        ({}, {}, 5, ("default", None)),
        ({1: "3"}, {}, 0, ("default", None)),
        ({1: "3"}, {}, 1, ("this program", 1)),
        ({1: "3"}, {}, 5, ("this program", 1)),
        ({1: "3", 3: "4"}, {}, 5, ("this program", 3)),
        ({1: "3", 3: "3"}, {}, 5, ("this program", 3)),  # another citation
        ({1: "3", 3: ""}, {}, 5, ("default", 3)),
        ({1: ""}, {}, 5, ("default", None)),
        ({3: ""}, {1: "3"}, 5, ("whole provider", 1)),
        ({1: "3", 3: ""}, {2: "4"}, 5, ("whole provider", 3)),
        ({1: "3", 3: ""}, {0: "4"}, 2, ("this program", 1)),
        ({1: "3", 2: ""}, {4: "4"}, 3, ("default", 2)),
        ({1: "3", 2: ""}, {4: "4"}, 5, ("whole provider", 4)),
        ({1: "3"}, {2: "4"}, 5, ("this program", 1)),
        ({}, {1: "3", 2: ""}, 5, ("default", 2)),
        ({2: ""}, {1: "3", 4: ""}, 5, ("default", 4)),
    ],
)
def test_since_when_a_value_has_been_in_force_without_a_break(evening, own, provider, day, expected):
    for program, rows in ((evening, own), (None, provider)):
        for number, value in rows.items():
            make_policy_value("group_min", value, program, starts_on=DAYS[number])
    found = line(evening, "group_min", DAYS[day]).now
    assert (found.source, found.since and DAYS.index(found.since)) == expected


def test_since_when_is_read_on_the_page_for_a_value_that_fell_back_to_the_default_too(client, rae, evening):
    make_policy_value("group_min", "4", evening, starts_on=date(2026, 1, 5))
    make_policy_value("group_min", "", evening, starts_on=date(2026, 2, 2))
    assert rows_of(opened(client, evening))["Least for a group"].startswith("2 people Default, since Feb 2, 2026")


def test_the_page_shows_one_topic_or_one_state(client, rae, evening):
    make_policy_value("group_min", "3", evening, starts_on=DAY, is_confirmed=False)
    make_policy_value("hard_cap", "20", starts_on=LATER)
    make_policy_value("plan_due", "7 days")
    shown = {
        show: list(rows_of(opened(client, evening, show=show)))
        for show in ("notes", "set", "unconfirmed", "changing", "consent-payers-and-courts")
    }
    assert shown["notes"] == [key.label for key in SECTIONS["Notes"]]
    assert shown["consent-payers-and-courts"] == [key.label for key in SECTIONS["Consent, payers and courts"]]
    assert (shown["set"], shown["unconfirmed"]) == (["Least for a group", "Plan due within"], ["Least for a group"])
    assert shown["changing"] == ["Most in any group, even with an override"]
    later = opened(client, evening, show="changing", day=str(LATER))
    assert (rows_of(later), "No value is like that on this day" in later.content.decode()) == ({}, True)


def test_what_is_no_topic_is_named_and_everything_of_the_day_is_shown(client, rae, evening):
    response = opened(client, evening, show="x", day=str(LATER))
    assert (response.status_code, len(rows_of(response)), response.context["sheet"].day) == (422, len(KEYS), LATER)
    assert "Choose one of the list" in response.content.decode()


def test_nobody_is_led_to_set_values_of_a_retired_program(client, dana, evening):
    evening.retired_on = DAY
    evening.save()
    page = opened(client, evening)
    assert (page.status_code, "/admin/programs/policyvalue" in page.content.decode()) == (200, False)


def test_a_later_value_of_the_provider_is_no_change_for_a_program_with_its_own(evening):
    make_policy_value("group_min", "4", evening)
    make_policy_value("group_min", "3", starts_on=LATER)
    assert line(evening, "group_min").later is None
    assert line(None, "group_min").later.shown == "3 people"
    make_policy_value("group_min", "", evening, starts_on=LATER + timedelta(days=1))
    found = line(evening, "group_min")
    assert (found.changes_on, found.later.shown) == (LATER + timedelta(days=1), "3 people")


def test_a_clinician_reads_the_values_of_the_own_program(client, rae, evening):
    make_policy_value("group_min", "3", evening, starts_on=DAY, citation="N.J.A.C. 10:161B", is_confirmed=False)
    make_policy_value("plan_due", "3 visits or 30 days", starts_on=date(2026, 1, 5))
    make_policy_value("plan_due", "5 treatment days", evening, starts_on=LATER)
    response = opened(client, evening)
    rows = rows_of(response)
    assert (response.status_code, len(rows), response.context["form"]["day"].value()) == (200, len(KEYS), DAY)
    assert rows["Least for a group"] == (
        "3 people This program, since Mar 2, 2026 to be confirmed N.J.A.C. 10:161B R-28 groups of one "
        "With fewer there, the minutes count, and it is not billed as a group."
    )
    assert rows["Plan due within"] == (
        "3 visits or 30 days from Jan 4, 2027: 5 treatment days (this program) "
        "Whole provider, since Jan 5, 2026 Provider manual 4.2 "
        "R-12 what a plan needs, R-16 plans overdue, R-49 notes without a plan Counted from the admission."
    )
    assert rows["Most time in a week"] == "1140 minutes (19 h) Default Shown where people decide"
    page = response.content.decode()
    assert "1 set for this program, 1 for the whole provider, 50 by default. 1 is to be confirmed." in page
    assert ("None of this is legal advice" in page, "/admin/" in page) == (True, False)


def test_what_a_label_leaves_open_is_said_beside_it(client, rae, evening):
    rows = {head: html.unescape(cells) for head, cells in rows_of(opened(client, evening)).items()}
    assert [key.name for key in KEYS.values() if not rows[key.label].endswith(key.remark)] == []
    assert rows["Co-signed within"] == "10 days Default R-22 co-signatures Counted from the day the author signed."
    assert set(REMARKS) <= set(KEYS)


def test_only_who_directs_the_program_is_led_to_change_it(client, dana, evening):
    page = opened(client, evening).content.decode()
    add = f"{reverse('admin:programs_policyvalue_add')}?program={evening.pk}&amp;key=plan_due"
    assert (page.count("?program="), add in page) == (len(KEYS) + 1, True)
    form = client.get(add.replace("&amp;", "&")).context["adminform"].form
    assert (form.initial["key"], int(form.initial["program"])) == ("plan_due", evening.pk)


def test_another_program_is_not_found(client, rae):
    assert opened(client, make_program("Teen IOP")).status_code == 404
    assert client.get("/programs/987654321/policy/").status_code == 404


def test_a_day_is_chosen_in_the_address(client, rae, evening):
    make_policy_value("group_min", "4", evening, starts_on=LATER)
    assert rows_of(opened(client, evening, day="2027-01-03"))["Least for a group"].startswith(
        "2 people from Jan 4, 2027"
    )
    assert rows_of(opened(client, evening, day="2027-01-04"))["Least for a group"].startswith("4 people This program")
    assert opened(client, evening, day="").status_code == 200


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "99999-01-01", "0000-00-00", "2026-13-01\x00"])
def test_what_is_no_day_is_named_and_today_is_shown(client, rae, evening, day):
    response = opened(client, evening, day=day)
    assert (response.status_code, len(rows_of(response))) == (422, len(KEYS))
    assert "This is not a day" in response.content.decode()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_are_have_a_policy(client, rae, evening, day):
    assert opened(client, evening, day=day).status_code == 200


def test_nothing_is_sent_to_the_page(client, rae, evening):
    assert client.post(reverse("program_policy", args=[evening.pk])).status_code == 405


def test_today_is_the_location_s(client, time_machine):
    time_machine.move_to("2026-03-02T23:30:00-05:00", tick=False)
    hawaii = make_program(location=make_location(zone_name="Pacific/Honolulu"))
    tokyo = make_program(location=make_location(zone_name="Asia/Tokyo"))
    mina = make_user("mina")
    make_posting(mina)
    client.force_login(mina)
    days = [opened(client, program).context["sheet"].day for program in (hawaii, tokyo)]
    assert days == [date(2026, 3, 2), date(2026, 3, 3)]


def test_the_page_takes_the_same_queries_for_1_and_30_rows(client, dana, evening):
    counts = []
    for rows in (1, 30):
        for number, key in enumerate(list(KEYS)[:rows]):
            default = KEYS[key].default
            make_policy_value(key, default, evening, starts_on=DAY + timedelta(days=rows + number))
            make_policy_value(key, default, starts_on=DAY - timedelta(days=rows + number))
        with CaptureQueriesContext(connection) as captured:
            assert opened(client, evening).status_code == 200
        counts.append(sum("programs_" in query["sql"] for query in captured))
    assert counts == [3, 3]
