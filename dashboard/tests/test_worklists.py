import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event, EventPatient
from dashboard.worklists import WORKLISTS, named, open_to
from patients.tests.factories import make_episode, make_patient
from programs.seeds import seed_lead_rules
from programs.tests.factories import make_group, make_location, make_posting, make_program, make_service
from scheduling.actions import rebook, the_calendar
from scheduling.choices import StaffRole
from scheduling.models import SessionStaff
from scheduling.tests.factories import MONDAY, NOON, make_attendance, make_session, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_credential, make_supervision, make_time_away, make_user

DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)


@pytest.fixture
def evening(db):
    seed_lead_rules()
    return make_program(location=make_location("Northside"), name="Evening IOP")


@pytest.fixture
def teen(evening):
    return make_program(location=make_location("Harbor"), name="Teen IOP")


def someone(name, role, program):
    user = make_user(name, role)
    make_posting(user, program=program)
    return user


@pytest.fixture
def rae(evening):
    return someone("rae", Role.CLINICIAN, evening)


@pytest.fixture
def kim(evening):
    return someone("kim", Role.CLINICIAN, evening)


@pytest.fixture
def dana(evening):
    return someone("dana", Role.DIRECTOR, evening)


@pytest.fixture
def omar(teen):
    return someone("omar", Role.CLINICIAN, teen)


@pytest.fixture
def group(evening, rae):
    return make_weekly_group(evening, leader=rae, name="Relapse Prevention")


def said(name, user, at=NOON) -> list[str]:
    return [f"{row.chip}: {row.what}. {row.why} {row.rule}".strip() for row in named(name).rows(user, at)]


def test_a_past_session_without_a_log_is_the_leaders_and_the_directors(rae, kim, dana, omar, group):
    friday = make_session(group, day=MONDAY - 3 * DAY, leader=rae)
    make_session(group, day=MONDAY - 4 * DAY, leader=rae, logged_at=NOON)
    make_session(group, day=MONDAY - 20 * DAY, leader=rae)
    line = (
        "Fri Feb 27: Relapse Prevention, Fri Feb 27. It is over and nobody has said who was there. "
        "Led by Rae Lindqvist."
    )
    assert said("not-logged", rae) == said("not-logged", dana) == [line]
    assert said("not-logged", kim) == said("not-logged", omar) == []
    [row] = named("not-logged").rows(rae, NOON)
    assert (row.url, row.label) == (reverse("attendance", args=[friday.pk]), "Log attendance")


def test_the_front_desk_is_led_to_the_session_by_its_public_label(evening, rae, group):
    ivy = someone("ivy", Role.FRONT_DESK, evening)
    session = make_session(group, day=MONDAY - 3 * DAY, leader=rae)
    [row] = named("not-logged").rows(ivy, NOON)
    assert (row.what, row.url) == ("Evening IOP group, Fri Feb 27", session.get_absolute_url())


def test_sessions_after_a_license_ends_are_one_row_for_their_group(rae, kim, dana, omar, group):
    make_credential(rae, "LCSW", expires_on=MONDAY + WEEK)
    for week in range(4):
        make_session(group, day=MONDAY + week * WEEK, leader=rae)
    line = (
        "Mon Mar 16: Relapse Prevention, 2 sessions from Mar 16. "
        "Rae Lindqvist has a license that ends on Mar 9, 2026. R-30"
    )
    assert said("needs-cover", rae) == said("needs-cover", dana) == [line]
    assert said("needs-cover", kim) == said("needs-cover", omar) == []


def test_what_lies_after_twelve_weeks_or_has_begun_needs_no_cover_yet(rae, group):
    make_session(group, day=MONDAY + 13 * WEEK, leader=rae)
    make_session(group, start="09:00", end="10:00", leader=rae)
    assert said("needs-cover", rae) == []


def test_time_away_without_cover_is_one_row_for_each_person_and_time(rae, kim, dana, omar, group):
    make_credential(rae)
    make_credential(kim)
    make_time_away(rae, MONDAY, MONDAY + 8 * DAY)
    covered = make_session(group, day=MONDAY + 2 * DAY, leader=rae)
    SessionStaff.objects.create(session=covered, user=kim, role=StaffRole.CO_LEAD)
    for week in range(3):
        make_session(group, day=MONDAY + week * WEEK, leader=rae)
    make_session(program=group.program, service=group.service, day=MONDAY + DAY, leader=rae)
    line = (
        "Mon Mar 2: Rae Lindqvist is away Mar 2–10. "
        "Nobody else is set for 3 sessions: Relapse Prevention (2), Group therapy."
    )
    assert said("time-away", rae) == said("time-away", dana) == [line]
    assert said("time-away", kim) == said("time-away", omar) == []


def test_a_standing_clash_waits_for_who_leads_it_and_for_the_director(rae, kim, dana, omar, group):
    make_session(group, leader=rae)
    waiting = make_session(make_weekly_group(group.program, name="Skills"), start="18:30", leader=rae)
    line = "Mon Mar 2: Skills, Mon Mar 2, 6:30–7:30 PM. Rae Lindqvist leads Relapse Prevention 6:00–7:30 PM. R-29"
    assert said("clashes", rae) == said("clashes", dana) == [line]
    assert said("clashes", kim) == said("clashes", omar) == []
    [row] = named("clashes").rows(rae, NOON)
    assert row.url == waiting.get_absolute_url()


def test_clashes_of_a_group_for_one_reason_are_one_row(rae, dana, group):
    skills = make_weekly_group(group.program, name="Skills")
    for week in range(3):
        make_session(group, day=MONDAY + week * WEEK, leader=rae)
        make_session(skills, day=MONDAY + week * WEEK, start="18:30", leader=rae)
    assert said("clashes", dana) == [
        "Mon Mar 2: Skills, 3 sessions from Mar 2. Rae Lindqvist leads Relapse Prevention 6:00–7:30 PM. R-29"
    ]
    [row] = named("clashes").rows(dana, NOON)
    assert row.url == reverse("program_staffing", args=[group.program.pk]) + "?day=2026-03-02"


def test_a_clash_with_another_program_does_not_name_its_session(dana, omar, teen, group):
    make_session(make_weekly_group(teen, name="Teen Skills"), leader=omar)
    make_session(group, leader=omar)
    start, end = "Mon Mar 2: Relapse Prevention, Mon Mar 2, 6:00–7:30 PM. Omar Haddad leads ", " 6:00–7:30 PM. R-29"
    assert said("clashes", dana) == [f"{start}a session of another program{end}"]
    assert said("clashes", omar) == [f"{start}Teen Skills{end}"]


def test_a_license_is_told_to_its_holder_the_supervisor_and_the_director(rae, kim, dana, omar):
    make_credential(kim, "LPC", expires_on=MONDAY + 7 * DAY, verified_on=MONDAY, verified_by=dana)
    make_supervision(kim, rae)
    own = (
        "Mar 9: Your LPC. LPC of New Jersey ends on Mar 9, 2026, in 7 days. "
        "Sessions after that day need cover, unless a renewal is recorded. R-31"
    )
    assert said("licenses", kim) == [own]
    assert said("licenses", rae) == said("licenses", dana) == [own.replace("Your LPC", "Kim Duarte, LPC")]
    assert said("licenses", omar) == []


@pytest.mark.parametrize(
    ("days", "kind", "chip"),
    [(91, None, None), (90, "info", "May 31"), (31, "info", "Apr 2"), (30, "due", "Apr 1"), (0, "due", "Mar 2")],
)
def test_a_license_is_listed_from_ninety_days_before_it_ends(rae, days, kind, chip):
    make_credential(rae, expires_on=MONDAY + days * DAY)
    rows = named("licenses").rows(rae, NOON)
    assert [(row.kind, row.chip) for row in rows] == ([(kind, chip)] if kind else [])


def test_a_filed_renewal_and_a_lapsed_license_are_told_apart(rae, dana):
    ended = make_credential(rae, expires_on=MONDAY - DAY)
    assert [(row.kind, row.chip, row.rule) for row in named("licenses").rows(rae, NOON)] == [("stop", "ended", "R-30")]
    ended.renewal_filed_on, ended.renewal_filed_by, ended.renewal_evidence = MONDAY - DAY, dana, "Receipt 12"
    ended.save()
    [row] = named("licenses").rows(rae, NOON)
    assert (row.kind, row.chip) == ("due", "renewal filed")
    assert row.why.startswith(
        "LCSW of New Jersey ended on Mar 1, 2026, 1 day ago. The renewal filed on Mar 1, 2026 carries it through "
        "Mar 31, 2026."
    )


def test_a_director_is_told_of_the_own_programs_only(dana, omar, teen):
    lea = someone("lea", Role.DIRECTOR, teen)
    make_credential(omar, expires_on=MONDAY + 2 * DAY, verified_on=MONDAY, verified_by=lea)
    make_time_away(omar, MONDAY)
    group = make_weekly_group(teen, leader=omar, name="Teen Skills")
    for day in (MONDAY - DAY, MONDAY, MONDAY + WEEK):
        make_session(group, day=day, leader=omar)
    make_session(make_weekly_group(teen, name="Teen Group"), start="18:30", leader=omar)
    names = [worklist.name for worklist in WORKLISTS]
    assert {name: said(name, dana) for name in names} == {name: [] for name in names}
    assert [name for name in names if said(name, lea)] == names


def test_the_director_of_one_program_is_not_told_of_another(dana, omar):
    make_credential(omar, expires_on=MONDAY)
    assert said("licenses", dana) == []


@pytest.mark.parametrize("number", [1, 30])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("not-logged", 5), ("needs-cover", 18), ("time-away", 13), ("clashes", 11), ("licenses", 6)],
)
def test_a_list_takes_the_same_queries_for_one_and_for_thirty(evening, dana, name, queries, number):
    for n in range(number):
        leader = someone(f"leader{n}", Role.CLINICIAN, evening)
        make_credential(leader, expires_on=MONDAY - DAY)
        make_time_away(leader, MONDAY)
        group = make_group(evening, name=f"Group {n}")
        make_session(group, leader=leader)
        make_session(group, start="18:30", leader=leader)
        make_session(group, leader=leader, day=MONDAY - DAY)
    with CaptureQueriesContext(connection) as captured:
        assert len(named(name).rows(dana, NOON)) == number
    assert len(captured) == queries


def test_who_may_open_which_list(evening):
    leads = ["not-logged", "needs-cover", "time-away", "clashes", "licenses"]
    names = {role: [worklist.name for worklist in open_to(make_user(f"one-{n}", role))] for n, role in enumerate(Role)}
    assert names == {role: ["licenses"] if role in {Role.BILLING, Role.AUDITOR} else leads for role in Role}


def test_the_page_of_lists_shows_what_may_be_opened(client, rae, evening):
    client.force_login(rae)
    text = client.get(reverse("worklists")).text
    assert [worklist.title for worklist in WORKLISTS if f'href="{worklist.get_absolute_url()}"' in text] == [
        worklist.title for worklist in WORKLISTS
    ]
    client.force_login(someone("bela", Role.BILLING, evening))
    text = client.get(reverse("worklists")).text
    assert [worklist.name for worklist in WORKLISTS if worklist.get_absolute_url() in text] == ["licenses"]


def test_a_count_is_fetched_alone_and_ends_at_fifty(client, rae, group, time_machine):
    time_machine.move_to(NOON)
    client.force_login(rae)
    url, headers = reverse("worklist", args=["not-logged"]), {"HX-Request": "true"}
    assert client.get(url, headers=headers).text.strip() == '<span class="chip chip-ok">nothing due</span>'
    for n in range(51):
        make_session(group, day=MONDAY - DAY, start=f"{n // 4:02}:{n % 4 * 15:02}", end="23:30", leader=rae)
        if n == 49:
            assert client.get(url, headers=headers).text.strip() == '<span class="chip chip-due">50 due</span>'
    assert client.get(url, headers=headers).text.strip() == '<span class="chip chip-due">50+ due</span>'


def test_a_list_is_paged_and_narrowed_to_a_program(client, evening, teen, rae, time_machine):
    time_machine.move_to(NOON)
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana)
    skills, other = make_group(evening, name="Skills"), make_group(teen, name="Teen Skills")
    for n in range(51):
        make_session(skills, day=MONDAY - DAY, start=f"{n // 4:02}:{n % 4 * 15:02}", end="23:30")
    make_session(other, day=MONDAY - DAY)
    client.force_login(dana)
    url = reverse("worklist", args=["not-logged"])

    def counts(query):
        text = client.get(f"{url}?{query}").text
        return text.count('<span class="strong">Skills'), text.count('<span class="strong">Teen Skills')

    assert (counts(""), counts("page=2"), counts("page=x")) == ((50, 0), (1, 1), (50, 0))
    assert (counts(f"program={teen.pk}"), counts("program=abc&page=2")) == ((0, 1), (1, 1))


def test_a_list_that_names_patients_is_kept_in_the_trail_and_an_empty_one_is_not(
    client, evening, rae, group, time_machine
):
    time_machine.move_to(NOON)
    client.force_login(rae)
    url = reverse("worklist", args=["clashes"])
    assert "No session of the next twelve weeks clashes with another." in client.get(url).text
    assert not Event.objects.filter(action="worklist.read").exists()
    maya = make_episode(make_patient("Maya", "Ellison"), evening)
    for start in ("18:00", "18:30"):
        session = make_session(program=evening, service=make_service("individual-therapy"), start=start, leader=rae)
        make_attendance(session, maya, None)
        with the_calendar():
            rebook([session.pk], tolerate=True)
    assert "Maya Ellison is in Individual therapy" in client.get(url).text
    assert list(EventPatient.objects.values_list("event__action", "patient_id")) == [("worklist.read", maya.patient_id)]


def test_a_list_nobody_made_is_not_found_and_one_of_others_is_refused_and_kept(client, evening):
    client.force_login(someone("bela", Role.BILLING, evening))
    assert client.get(reverse("worklist", args=["nowhere"])).status_code == 404
    assert client.get(reverse("worklist", args=["needs-cover"])).status_code == 403
    assert [event.content["route"] for event in Event.objects.filter(action="refused")] == ["worklist needs-cover"]


def test_today_shows_the_own_license_and_the_own_sessions_that_need_cover(client, rae, kim, group, time_machine):
    time_machine.move_to(NOON)
    make_credential(rae, expires_on=MONDAY + WEEK)
    make_session(group, day=MONDAY + 2 * WEEK, leader=rae)
    client.force_login(rae)
    text = client.get(reverse("today")).text
    assert "Your LCSW" in text
    assert "Rae Lindqvist has a license that ends on Mar 9, 2026." in text
    make_credential(kim)
    client.force_login(kim)
    assert "Your license and the sessions you lead are in order." in client.get(reverse("today")).text


def test_a_director_sets_leaders_where_a_clinician_opens_the_session(rae, dana, evening, group):
    session = make_session(group, leader=rae)
    single = make_session(program=evening, service=group.service, day=MONDAY + DAY, leader=rae)
    assert [(row.url, row.label) for row in named("needs-cover").rows(dana, NOON)] == [
        (reverse("program_staffing", args=[evening.pk]) + "?day=2026-03-02", "Set leaders and rooms"),
        (single.get_absolute_url(), "Open the session"),
    ]
    assert [row.url for row in named("needs-cover").rows(rae, NOON)] == [
        session.get_absolute_url(),
        single.get_absolute_url(),
    ]


def test_only_a_director_is_told_what_nobody_has_verified_and_led_to_the_admin(rae, dana):
    license_ = make_credential(rae)
    assert said("licenses", rae) == []
    [row] = named("licenses").rows(dana, NOON)
    assert (row.chip, row.what) == ("not verified", "Rae Lindqvist, LCSW")
    assert row.why == "Nobody has verified LCSW of New Jersey yet. Look it up at the board that issued it."
    assert row.url == reverse("admin:staff_credential_change", args=[license_.pk])


def test_nobody_is_led_to_verify_their_own_license(dana):
    make_credential(dana)
    [row] = named("licenses").rows(dana, NOON)
    assert (row.why, row.url) == (
        "Nobody has verified LCSW of New Jersey yet. Ask another director to look it up.",
        reverse("own_licenses"),
    )
