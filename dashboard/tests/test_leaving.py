import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from patients.choices import CareRole
from patients.models import CareTeamMember
from patients.tests.factories import make_episode, make_member, make_patient
from programs.models import GroupLeader, Posting
from programs.seeds import seed_lead_rules
from programs.tests.factories import make_location, make_policy_value, make_posting, make_program, make_service
from scheduling.actions import publish
from scheduling.models import Session
from scheduling.tests.factories import MONDAY, NOON, make_attendance, make_session, make_weekly_group
from staff.choices import Role
from staff.models import Supervision, User
from staff.tests.factories import make_credential, make_supervision, make_user

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def monday_noon(time_machine):
    time_machine.move_to(NOON)


@pytest.fixture
def evening(db):
    seed_lead_rules()
    return make_program(location=make_location("Northside"), name="Evening IOP")


def someone(name, role, program, license_="LPC"):
    user = make_user(name, role)
    make_posting(user, program=program)
    if license_:
        make_credential(user, license_)
    return user


@pytest.fixture
def dana(evening, client):
    dana = someone("dana", Role.DIRECTOR, evening)
    client.force_login(dana)
    return dana


@pytest.fixture
def kim(evening):
    return someone("kim", Role.CLINICIAN, evening)


@pytest.fixture
def rae(evening):
    return someone("rae", Role.CLINICIAN, evening, "LCSW")


def address(user, query=""):
    return reverse("leaving", args=[user.pk]) + query


def single(program, leader, episode=None, start="10:00", end="10:50"):
    service = make_service("individual-therapy")
    session = make_session(program=program, service=service, day=MONDAY + DAY, start=start, end=end, leader=leader)
    if episode:
        make_attendance(session, episode, None)
    return session


def caseload(program, primary, number):
    episodes = [
        make_episode(make_patient(f"P{n}", "Ellison"), program, primary=primary, referred_on=MONDAY - WEEK)
        for n in range(number)
    ]
    CareTeamMember.objects.update(starts_on=MONDAY - WEEK)
    return episodes


def send(client, user, act, rows=(), to=None):
    data = {"act": act, f"{act}-rows": list(rows)} | ({f"{act}-to": to.pk} if to else {})
    return client.post(address(user), data, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_the_page_shows_what_hangs_on_somebody_and_keeps_the_look(client, evening, dana, kim):
    make_weekly_group(evening, leader=kim, name="Relapse Prevention")
    [maya] = caseload(evening, kim, 1)
    other = make_episode(make_patient("Theo", "Brandt"), evening)
    make_member(other, kim, CareRole.THERAPIST, starts_on=MONDAY - WEEK)
    single(evening, kim, maya)
    text = client.get(address(kim)).text
    for line in [
        "Relapse Prevention, Evening IOP: lead since Jan 5, 2026",
        "Individual therapy, Tue Mar 3, 10:00–10:50 AM, with P0 Ellison",
        f"P0 Ellison, {maya.patient.mrn}, Evening IOP: since Feb 23, 2026",
        f"Theo Brandt, {other.patient.mrn}, Evening IOP: therapist since Feb 23, 2026",
        "Kim still leads 1 group, has 1 single session ahead, is primary for 1 person and has 1 other place on care",
        "Deactivate anyway",
    ]:
        assert line in text, line
    [event] = Event.objects.filter(action="leaving.read")
    assert set(event.patients.values_list("patient_id", flat=True)) == {maya.patient_id, other.patient_id}


def test_what_is_elsewhere_past_or_over_is_not_on_the_page(client, evening, dana, kim):
    teen = make_program(location=make_location("Harbor"), name="Teen IOP")
    make_weekly_group(teen, leader=kim, name="Teen Skills")
    caseload(teen, kim, 1)
    over = make_weekly_group(evening, leader=kim, name="Over")
    GroupLeader.objects.filter(group=over).update(ends_on=MONDAY - DAY)
    make_weekly_group(evening, leader=kim, name="Retired", retired_on=MONDAY)
    make_session(program=evening, service=make_service("individual-therapy"), start="09:00", end="09:50", leader=kim)
    single(teen, kim)
    text = client.get(address(kim)).text
    assert "nothing is left to hand over." in text
    for name in ["Teen", "Over", "Retired", "Individual", "Ellison"]:
        assert name not in text


@pytest.mark.parametrize("who", ["omar", "admin", "other-director", "nobody"])
def test_somebody_out_of_reach_is_not_found(client, evening, dana, who):
    teen = make_program(location=make_location("Harbor"), name="Teen IOP")
    people = {
        "omar": lambda: someone("omar", Role.CLINICIAN, teen).pk,
        "admin": lambda: make_user("admin", None, is_superuser=True).pk,
        "other-director": lambda: someone("leo", Role.DIRECTOR, evening).pk,
        "nobody": lambda: 987654,
    }
    assert client.get(reverse("leaving", args=[people[who]()])).status_code == 404
    assert (
        client.post(reverse("leaving", args=[people[who]()]) if who == "nobody" else "/staff/0/leaving/").status_code
        == 404
    )


def test_who_works_for_two_directors_is_handed_over_by_each_and_closed_by_neither(client, evening, dana, kim, rae):
    teen = make_program(location=make_location("Harbor"), name="Teen IOP")
    elsewhere = make_posting(kim, program=teen)
    group, theirs = make_weekly_group(evening, leader=kim), make_weekly_group(teen, leader=kim, name="Teen Skills")
    text = client.get(address(kim)).text
    assert ("Kim also works where you do not direct." in text, "Teen" in text, "Deactivate" in text) == (
        True,
        False,
        False,
    )
    assert said(send(client, kim, "groups", [group.pk], rae)) == [
        "1 group handed over to Rae Lindqvist, from Mar 2, 2026."
    ]
    ended = client.post(address(kim), {"act": "postings", "postings-last_day": "2026-03-06"}, follow=True)
    assert said(ended) == ["1 posting ends on Mar 6, 2026."]
    refused = send(client, kim, "deactivate")
    assert (refused.status_code, "Kim Duarte also works where you do not direct." in refused.text) == (422, True)
    kim.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (kim.is_active, elsewhere.ends_on, theirs.leaders.get().user) == (True, None, kim)


def test_who_has_left_one_program_for_another_is_its_directors_only(client, evening, dana, kim):
    Posting.objects.filter(user=kim).update(ends_on=MONDAY - DAY)
    assert client.get(address(kim)).status_code == 200
    make_posting(kim, program=make_program(location=make_location("Harbor")))
    assert client.get(address(kim)).status_code == 404


def test_who_worked_elsewhere_only_is_not_found_after_the_postings_end(client, evening, dana):
    omar = someone("omar", Role.CLINICIAN, make_program(location=make_location("Harbor")))
    Posting.objects.filter(user=omar).update(ends_on=MONDAY - DAY)
    assert client.get(address(omar)).status_code == 404


def test_groups_are_handed_over_from_the_day_that_is_asked_for(client, evening, dana, kim, rae):
    group = make_weekly_group(evening, leader=kim, name="Relapse Prevention")
    publish(first=MONDAY, last=MONDAY + 2 * WEEK, by=None, at=NOON)
    data = {"act": "groups", "groups-rows": [group.pk], "groups-to": rae.pk}
    response = client.post(address(kim, "?day=2026-03-09"), data, follow=True)
    assert said(response) == ["1 group handed over to Rae Lindqvist, from Mar 9, 2026."]
    assert response.redirect_chain == [(address(kim, "?day=2026-03-09"), 302)]
    sessions = Session.objects.filter(group=group, day__lte=MONDAY + WEEK).order_by("day")
    assert [session.staff.get().user for session in sessions] == [kim, rae]


def test_sessions_that_clash_stay_and_do_not_hold_up_the_others(client, evening, dana, kim, rae):
    free, taken = single(evening, kim), single(evening, kim, start="14:00", end="14:50")
    single(evening, rae, start="14:00", end="14:50")
    taken_by = "Rae Lindqvist leads Individual therapy"
    response = send(client, kim, "sessions", [free.pk, taken.pk], rae)
    assert said(response) == [
        "1 session handed over to Rae Lindqvist, from Mar 2, 2026.",
        f"One stays. Individual therapy, Mar 3: {taken_by} 2:00–2:50 PM. Choose another person.",
    ]
    assert [session.staff.get().user for session in (free, taken)] == [rae, kim]


def test_primaries_are_handed_over_with_a_word_about_the_caseload(client, evening, dana, kim, rae):
    rae.full_time_equivalent = "0.10"
    rae.save()
    episodes = caseload(evening, kim, 3)
    members = list(CareTeamMember.objects.filter(user=kim).values_list("pk", flat=True))
    assert "Rae Lindqvist, primary for 0 of 2" in client.get(address(kim)).text
    response = send(client, kim, "primaries", members, rae)
    assert said(response) == [
        "3 people handed over to Rae Lindqvist, from Mar 2, 2026.",
        "Rae Lindqvist is the primary clinician of 3 people; the policy advises 2 at most. R-32.",
    ]
    assert {episode.primary_on(MONDAY).user for episode in episodes} == {rae}


def test_a_caseload_is_measured_by_the_maximum_of_the_day_on_which_it_is_handed_over(client, evening, dana, kim, rae):
    caseload(evening, kim, 1)
    make_policy_value("caseload_max", "16", evening, starts_on=MONDAY + WEEK)
    shown = [client.get(address(kim, f"?day={day}")).text for day in (MONDAY + WEEK - DAY, MONDAY + WEEK)]
    assert ["primary for 0 of 24" in shown[0], "primary for 0 of 16" in shown[1]] == [True, True]


def test_other_places_are_handed_over_too(client, evening, dana, kim, rae):
    episode = make_episode(make_patient("Theo", "Brandt"), evening)
    place = make_member(episode, kim, CareRole.THERAPIST, starts_on=MONDAY - WEEK)
    assert said(send(client, kim, "places", [place.pk], rae)) == [
        "1 place handed over to Rae Lindqvist, from Mar 2, 2026."
    ]
    assert CareTeamMember.objects.filter(episode=episode, user=rae, role=CareRole.THERAPIST).exists()


def test_supervision_is_handed_over_to_who_may_supervise(client, evening, dana, kim, rae):
    ines = someone("ines", Role.INTERN, evening, "Intern")
    row = make_supervision(ines, kim)
    make_supervision(someone("omar", Role.INTERN, make_program(location=make_location("Harbor")), "Intern"), kim)
    text = client.get(address(kim)).text
    assert ("Ines Moreau, since Jan 1, 2025" in text, "Omar" in text) == (True, False)
    unlicensed = someone("leo", Role.CLINICIAN, evening, None)
    response = send(client, kim, "supervisees", [row.pk], unlicensed)
    assert (response.status_code, "has no credential in force on Mar 2, 2026" in response.text) == (422, True)
    assert said(send(client, kim, "supervisees", [row.pk], rae)) == [
        "1 person handed over to Rae Lindqvist, from Mar 2, 2026."
    ]
    assert Supervision.objects.get(supervisee=ines, starts_on=MONDAY).supervisor == rae


def test_the_second_of_two_directors_is_told_what_is_done(client, evening, dana, kim, rae):
    first, second = caseload(evening, kim, 2)
    members = list(CareTeamMember.objects.filter(user=kim).order_by("pk").values_list("pk", flat=True))
    send(client, kim, "primaries", members[:1], rae)
    response = send(client, kim, "primaries", members, rae)
    assert said(response)[:2] == [
        "1 person handed over to Rae Lindqvist, from Mar 2, 2026.",
        "One was handed over already by somebody else.",
    ]
    assert said(send(client, kim, "primaries", members, rae)) == ["2 were handed over already by somebody else."]
    assert {first.primary_on(MONDAY).user, second.primary_on(MONDAY).user} == {rae}


def test_what_nobody_may_do_is_said_at_the_form_and_nothing_changes(client, evening, dana, kim):
    ines = someone("ines", Role.CLINICIAN, evening, None)
    group = make_weekly_group(evening, leader=kim, name="Relapse Prevention")
    response = send(client, kim, "groups", [group.pk], ines)
    assert response.status_code == 422
    assert "Ines Moreau has no credential on file. Choose another leader" in response.text
    assert [leader.user for leader in group.leaders.all()] == [kim]


def test_a_form_that_lacks_something_says_so(client, evening, dana, kim, rae):
    omar = someone("omar", Role.CLINICIAN, make_program(location=make_location("Harbor")))
    group = make_weekly_group(evening, leader=kim)
    for rows, to, sentence in [
        ([], rae, "Choose at least one."),
        ([group.pk], None, "Choose who takes over."),
        ([group.pk], omar, "Choose somebody of the list."),
        ([group.pk], kim, "Choose somebody of the list."),
    ]:
        response = send(client, kim, "groups", rows, to)
        assert (response.status_code, sentence in response.text) == (422, True)


@pytest.mark.parametrize("query", ["?day=x", "?day=0001-01-01", "?day=2025-01-01", "?day=99999-01-01"])
def test_a_day_that_is_none_or_past_is_today(client, evening, dana, kim, query):
    assert "from Monday, March 2 on." in client.get(address(kim, query)).text


def test_an_unknown_act_and_damaged_ids_are_refused(client, evening, dana, kim, rae):
    make_weekly_group(evening, leader=kim)
    assert client.post(address(kim), {"act": "x"}).status_code == 400
    for bad in ["x", "-1", "9" * 30, "\x00"]:
        assert send(client, kim, "groups", [bad], rae).status_code == 422


def test_postings_end_on_the_last_day_and_the_account_is_closed_whatever_is_left(client, evening, dana, kim, rae):
    group = make_weekly_group(evening, leader=kim, name="Relapse Prevention")
    response = client.post(address(kim), {"act": "postings", "postings-last_day": "2026-03-06"}, follow=True)
    assert said(response) == ["1 posting ends on Mar 6, 2026."]
    assert Posting.objects.get(user=kim).ends_on == dt.date(2026, 3, 6)
    assert said(send(client, kim, "deactivate")) == ["Kim Duarte is deactivated and signed out everywhere."]
    kim.refresh_from_db()
    assert not kim.is_active
    text = client.get(address(kim)).text
    assert "Deactivated. What is left can still be handed over." in text
    assert said(send(client, kim, "groups", [group.pk], rae)) == [
        "1 group handed over to Rae Lindqvist, from Mar 2, 2026."
    ]


def test_nobody_deactivates_themselves(client, evening, dana):
    response = send(client, dana, "deactivate")
    assert (response.status_code, "You cannot deactivate your own account." in response.text) == (422, True)


def test_a_deputy_hands_over_and_a_clinician_may_not(client, evening, kim, rae):
    client.force_login(rae)
    assert client.get(address(kim)).status_code == 403
    Posting.objects.filter(user=rae).update(is_deputy=True, ends_on=MONDAY + WEEK)
    assert client.get(address(kim)).status_code == 200


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_takes_the_same_queries_for_one_and_for_thirty(client, evening, dana, kim, number):
    episodes = caseload(evening, kim, number)
    for n, episode in enumerate(episodes):
        make_weekly_group(evening, leader=kim, name=f"Group {n}")
        make_member(episode, kim, CareRole.THERAPIST, starts_on=MONDAY - WEEK)
        make_supervision(someone(f"intern{n}", Role.INTERN, evening, None), kim)
        single(evening, kim, episode, start=f"{n // 4:02}:{n % 4 * 15:02}", end=f"{n // 4:02}:{n % 4 * 15 + 10:02}")
    client.get(address(kim))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(kim)).text.count("Group ") == number
    assert len([query for query in queries if "advisory" not in query["sql"]]) == 30


def everything_of(evening, kim):
    """Something of each section, and what a forged form would send of it."""
    group = make_weekly_group(evening, leader=kim)
    [episode] = caseload(evening, kim, 1)
    place = make_member(make_episode(program=evening), kim, CareRole.THERAPIST, starts_on=MONDAY - WEEK)
    ines = make_supervision(someone("ines", Role.INTERN, evening, "Intern"), kim)
    rows = {"groups": group, "sessions": single(evening, kim, episode), "places": place, "supervisees": ines}
    return rows | {"primaries": episode.care_team.get()}


@pytest.mark.parametrize(
    ("who", "status"), [("rae", 403), ("ivy", 403), ("leo", 404), ("late", 403), ("elsewhere", 404), ("gone", 302)]
)
def test_forged_forms_of_somebody_else_change_nothing(client, evening, kim, who, status):
    """A clinician, the front desk, the director of another program, a deputy past the last day or of another program,
    and a director whose account was closed while signed in."""
    rows = everything_of(evening, kim)
    teen = make_program(location=make_location("Harbor"))
    role = {"ivy": Role.FRONT_DESK, "leo": Role.DIRECTOR, "gone": Role.DIRECTOR}.get(who, Role.CLINICIAN)
    by = someone(who, role, teen if who == "leo" else evening)
    if who in {"late", "elsewhere"}:
        until = MONDAY - DAY if who == "late" else MONDAY + WEEK
        make_posting(by, evening if who == "late" else teen, is_deputy=True, ends_on=until)
    client.force_login(by)
    User.objects.filter(pk=by.pk).update(is_active=who != "gone")
    forms = [{"act": name, f"{name}-rows": [row.pk], f"{name}-to": by.pk} for name, row in rows.items()]
    forms += [{"act": "postings", "postings-last_day": "2026-03-02"}, {"act": "deactivate"}]
    before = Event.objects.exclude(outcome="refused").count()
    assert [client.post(address(kim), form).status_code for form in forms] == len(forms) * [status]
    assert Event.objects.exclude(outcome="refused").count() == before
    assert User.objects.get(pk=kim.pk).is_active
