import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event, EventPatient
from patients.choices import EpisodeStatus
from patients.tests.factories import make_episode, make_patient
from programs.tests.factories import make_posting, make_program
from scheduling.actions import rebook, the_calendar
from scheduling.models import Attendance, AttendanceChange, Session
from scheduling.tests.factories import MONDAY, make_membership, make_session
from scheduling.tests.rolls import make_evening
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 3, 2, 23, 10, tzinfo=UTC)  # 6:10 PM in New York


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(EVENING, tick=False)


@pytest.fixture
def evening(client):
    evening = make_evening(MONDAY, size=3)
    client.force_login(evening.rae)
    return evening


def address(evening, name="attendance") -> str:
    return reverse(name, args=[evening.session.pk])


class Sent(HTMLParser):
    """What a browser would send of a page's roll without anybody touching it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = ""
        self.feed(html.split('id="roll"')[1].split("</form>", maxsplit=1)[0])

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        if tag == "select":
            self._select = has["name"]
        elif tag == "option" and "selected" in has:
            self.fields[self._select] = has["value"]
        elif tag == "input" and has.get("name") and (has.get("type") not in {"radio", "checkbox"} or "checked" in has):
            self.fields[has["name"]] = has.get("value", "")


def shown(client, evening) -> dict[str, str]:
    return Sent(client.get(address(evening)).text).fields


def press(client, evening, act="save", page=None, **rows):
    """Send the page with a button; rows by given name, as {field: value}, a plain text being the answer."""
    data = (shown(client, evening) if page is None else page) | {"act": act}
    for given, said in rows.items():
        fields = {"answer": said} if isinstance(said, str) else said
        for name, value in fields.items():
            data[f"p{evening.people[given].pk}-{name}"] = value
    return client.post(address(evening), data)


def saved(evening) -> dict:
    rows = Attendance.objects.filter(session=evening.session).select_related("status", "episode__patient")
    return {row.episode.patient.given: row.status.code if row.status else "" for row in rows}


def row_of(html: str, name: str) -> str:
    return next(row for row in html.split("<fieldset")[1:] if f">{name}</legend>" in row)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html))


# Looking


def test_the_roll_shows_names_numbers_and_the_last_six_marks_and_records_the_look(client):
    evening = make_evening(MONDAY, history=True)
    client.force_login(evening.rae)
    html = client.get(address(evening)).text
    theo = row_of(html, "Theo Brandt")
    assert re.findall(r'class="att att-(\w+)"', theo) == ["none", "P", "EX", "P", "P", "NS", "P"]
    assert evening.people["Theo"].patient.mrn in theo
    assert "First time" in row_of(html, "Sofia Lindqvist")
    assert "Returning" in row_of(html, "Andre Baptiste")
    event = Event.objects.get(action="attendance.read")
    named = EventPatient.objects.filter(event=event).values_list("patient_id", flat=True)
    assert set(named) == {episode.patient_id for episode in evening.people.values()}


@pytest.mark.parametrize("size", [1, 30])
def test_the_page_takes_the_same_queries_for_one_person_and_for_thirty(client, size):
    evening = make_evening(MONDAY, size=size)
    client.force_login(evening.rae)
    press(client, evening, "everyone")
    with CaptureQueriesContext(connection) as queries:
        client.get(address(evening))
    assert sum("pg_advisory" not in query["sql"] for query in queries) == 29


def test_a_page_names_nobody_who_is_not_on_it_until_somebody_is_to_be_added(client, evening):
    guest = make_episode(make_patient("Nadia", "Karim"), evening.program)
    make_episode(make_patient("Olga", "Stranger"), make_program())
    assert "Nadia Karim" not in client.get(address(evening)).text
    html = press(client, evening, "find", Theo={"answer": "here", "arrived": "6:40"}).text
    assert ("Nadia Karim" in html, "Olga Stranger" in html, 'value="6:40"' in html) == (True, False, True)
    last = Event.objects.filter(action="attendance.read").latest("sequence")
    assert EventPatient.objects.filter(event=last, patient_id=guest.patient_id).exists()
    assert Attendance.objects.count() == 0


# Saving


def test_everyone_here_saves_at_once(client, evening):
    response = press(client, evening, "everyone")
    assert (response.status_code, response.url) == (302, address(evening))
    assert saved(evening) == {"Maya": "P", "Theo": "P", "Priya": "P"}


def test_then_only_the_exceptions_are_told(client, evening):
    press(client, evening, "everyone")
    press(client, evening, Theo={"arrived": "6:23p"}, Priya={"answer": "EX", "reason": "Illness"}, Maya="NS")
    rows = Attendance.objects.select_related("status", "episode__patient")
    found = {row.episode.patient.given: (row.status.code, row.net_minutes, row.reason) for row in rows}
    assert found == {"Maya": ("NS", 0, ""), "Theo": ("L", 67, ""), "Priya": ("EX", 0, "Illness")}
    html = client.get(address(evening)).text
    assert "23 min late, past the 10 min grace: recorded as late, 67 min count. R-38" in text_of(
        row_of(html, "Theo Brandt")
    )
    assert 'value="6:23 PM"' in row_of(html, "Theo Brandt")


def test_a_time_without_an_answer_says_that_the_person_was_here(client, evening):
    press(client, evening, Theo={"left": "7:00 PM"})
    assert saved(evening)["Theo"] == "E"


def test_the_other_answers_are_in_a_list(client, evening):
    press(client, evening, Theo={"answer": "other", "other": "HOSP"})
    html = row_of(client.get(address(evening)).text, "Theo Brandt")
    assert saved(evening)["Theo"] == "HOSP"
    assert '<option value="HOSP" selected>' in html
    assert re.search(r'value="other"[^>]* checked', html)


def test_an_other_answer_left_open_is_asked_for(client, evening):
    response = press(client, evening, Theo={"answer": "other"})
    assert (response.status_code, "Choose what else it was." in response.text) == (422, True)


def test_an_answer_can_be_taken_back(client, evening):
    press(client, evening, "everyone")
    press(client, evening, Theo={"answer": "other", "other": "none"})
    assert saved(evening) == {"Maya": "P", "Theo": "", "Priya": "P"}


def test_everyone_here_can_be_undone_and_leaves_the_exceptions(client, evening):
    press(client, evening, "everyone")
    press(client, evening, Theo="NS")
    assert "Undo “everyone here”" in client.get(address(evening)).text
    press(client, evening, "undo")
    assert saved(evening) == {"Maya": "", "Theo": "NS", "Priya": ""}
    assert "Undo “everyone here”" not in client.get(address(evening)).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"arrived": "half past"}, "Write a time such as 7:38 PM or 19:38."),
        (
            {"arrived": "7:00 PM", "left": "6:30 PM"},
            "The departure is before the arrival. Change one of the two times.",
        ),
        ({"arrived": "9:45 PM"}, "9:45 PM is more than an hour outside the session."),
        ({"left": "4:30 PM"}, "4:30 PM is more than an hour outside the session."),
    ],
)
def test_a_time_that_cannot_be_stays_as_typed_and_nothing_is_saved(client, evening, typed, sentence):
    response = press(client, evening, Theo={"answer": "here"} | typed, Maya="NS")
    assert (response.status_code, sentence in response.text, saved(evening)) == (422, True, {})
    html = row_of(response.text, "Theo Brandt")
    assert all(f'value="{text}"' in html for text in typed.values())
    assert re.search(r'value="NS"[^>]* checked', row_of(response.text, "Maya Ellison"))


def test_a_time_far_outside_is_asked_about_once_and_kept_as_typed(client, evening):
    press(client, evening, Theo={"answer": "here", "arrived": "4:30 PM", "sure": "on"})
    row = Attendance.objects.get(episode=evening.people["Theo"])
    assert (row.arrival, row.net_minutes) == (datetime(2026, 3, 2, 21, 30, tzinfo=UTC), 90)
    press(client, evening, Theo={"left": "7:00 PM"})
    row.refresh_from_db()
    assert row.net_minutes == 60


def test_sending_a_page_with_nobody_marked_is_refused(client, evening):
    response = press(client, evening)
    assert (response.status_code, "Nobody is marked yet." in response.text) == (422, True)


def test_the_same_page_sent_twice_is_saved_once(client, evening):
    page = shown(client, evening)
    press(client, evening, "everyone", page)
    before = list(Attendance.objects.order_by("pk").values())
    assert press(client, evening, "everyone", page).status_code == 302
    assert list(Attendance.objects.order_by("pk").values()) == before
    assert (Event.objects.filter(action="attendance.saved").count(), AttendanceChange.objects.count()) == (1, 0)


def test_two_people_with_the_page_open_both_save_their_rows(client, evening):
    page = shown(client, evening)
    press(client, evening, "save", page, Maya="here")
    assert press(client, evening, "save", page, Theo="NS").status_code == 302
    assert saved(evening) == {"Maya": "P", "Theo": "NS", "Priya": ""}


def test_the_same_row_shows_both_texts_and_mine_can_be_saved_over_it(client, evening):
    page = shown(client, evening)
    press(client, evening, "save", page, Theo="NS")
    kim = make_user("kim")
    make_posting(kim, evening.program)
    client.force_login(kim)
    response = press(client, evening, "save", page, Theo={"answer": "here", "arrived": "6:40 PM"}, Maya="EX")
    said = text_of(response.text)
    assert response.status_code == 409
    assert all(
        text in said for text in ["Theo Brandt", "No-show, unexcused", "arrived 6:40 PM", "Rae Lindqvist saved this"]
    )
    assert saved(evening) == {"Maya": "", "Theo": "NS", "Priya": ""}
    again = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', response.text.split('id="again"')[1])
    )
    assert client.post(address(evening), again).status_code == 302
    assert saved(evening) == {"Maya": "EX", "Theo": "L", "Priya": ""}


# Facts


def test_a_person_who_is_here_is_added_with_what_is_to_be_settled(client, evening):
    guest = make_episode(make_patient("Nadia", "Karim"), evening.program, status=EpisodeStatus.REFERRED)
    evening.session.group.capacity = 3
    evening.session.group.save()
    other = make_session(
        program=evening.program, service=evening.session.service, start="18:30", end="19:00", leader=evening.rae
    )
    Attendance.objects.create(session=other, episode=guest, day=MONDAY)
    with the_calendar():
        rebook([other.pk], tolerate=True)
    press(client, evening, "everyone")
    assert press(client, evening, "add", shown(client, evening) | {"guest": guest.pk}).status_code == 302
    html = client.get(address(evening)).text
    said = text_of(row_of(html, "Nadia Karim"))
    assert saved(evening)["Nadia"] == "P"
    assert "Not a member of Relapse Prevention on this day. Add a member" in said
    assert "Not accepted yet: referred. Treatment cannot begin before. Accept R-05" in said
    assert re.search(r"Nadia Karim is in .* 6:30–7:00 PM. Those minutes count once. R-29", said)
    assert "4 people were here; Relapse Prevention is planned for 3." in text_of(html)


def test_adding_nobody_is_asked_about(client, evening):
    response = press(client, evening, "add")
    assert (response.status_code, "Choose who is here." in response.text) == (422, True)


@pytest.mark.parametrize("chosen", ["another program", "discharged", "99999999999999999999", "x"])
def test_only_someone_with_an_open_episode_in_the_program_can_be_added(client, evening, chosen):
    closed = make_episode(program=evening.program, status=EpisodeStatus.DISCHARGED)
    ids = {"another program": make_episode(program=make_program()).pk, "discharged": closed.pk}
    response = press(client, evening, "add", shown(client, evening) | {"guest": ids.get(chosen, chosen)})
    assert (response.status_code, Attendance.objects.count()) == (422, 0)


def test_a_member_by_a_date_set_later_is_a_difference_to_settle(client, evening):
    press(client, evening, "everyone")
    late = make_episode(make_patient("Nadia", "Karim"), evening.program)
    make_membership(evening.session.group, late, MONDAY - timedelta(days=1))
    assert "is a member on this day by a date set after the first save" in client.get(address(evening)).text
    press(client, evening, "add", shown(client, evening) | {"guest": late.pk})
    assert saved(evening)["Nadia"] == "P"


def test_a_correction_says_why_and_shows_what_it_was(client, evening, time_machine):
    press(client, evening, "everyone")
    time_machine.move_to(EVENING + timedelta(days=3), tick=False)
    client.force_login(evening.rae)
    response = press(client, evening, Theo="NS")
    assert (response.status_code, "Say why you change it" in response.text, saved(evening)["Theo"]) == (422, True, "P")
    page = shown(client, evening) | {"reason": "Signed for a friend"}
    press(client, evening, "save", page, Theo="NS")
    said = text_of(row_of(client.get(address(evening)).text, "Theo Brandt"))
    assert "Thu Mar 5, 6:10 PM, Rae Lindqvist: attendance Present No-show, unexcused (Signed for a friend)" in said


def test_the_first_log_is_free_however_late(client, evening, time_machine):
    time_machine.move_to(EVENING + timedelta(days=60), tick=False)
    client.force_login(evening.rae)
    assert press(client, evening, "everyone").status_code == 302
    assert AttendanceChange.objects.count() == 0


def test_a_session_of_another_day_to_come_shows_its_roll_and_takes_no_marks(client, evening, time_machine):
    time_machine.move_to(EVENING - timedelta(days=1), tick=False)
    client.force_login(evening.rae)
    response = client.get(address(evening))
    assert "This session is on Mon Mar 2. Its attendance opens on that day." in response.text
    assert "Everyone here" not in response.text
    assert press(client, evening, "everyone").status_code == 422
    assert Attendance.objects.count() == 0


# Who


@pytest.mark.parametrize(
    ("name", "role", "status"),
    [
        ("kim", Role.CLINICIAN, 302),
        ("dana", Role.DIRECTOR, 302),
        ("ines", Role.INTERN, 302),
        ("cory", Role.CASE_MANAGER, 422),
        ("mina", Role.MEDICAL, 422),
        ("ivy", Role.FRONT_DESK, 403),
        ("bela", Role.BILLING, 403),
        ("axel", Role.AUDITOR, 403),
    ],
)
def test_who_works_in_the_program_saves_as_the_role_says(client, evening, name, role, status):
    user = make_user(name, role)
    make_posting(user, evening.program)
    page = shown(client, evening)
    client.force_login(user)
    assert press(client, evening, "everyone", page).status_code == status
    assert Attendance.objects.exists() is (status == 302)


def test_who_may_not_save_is_told_why_and_sees_no_button(client, evening):
    cory = make_user("cory", Role.CASE_MANAGER)
    make_posting(cory, evening.program)
    client.force_login(cory)
    html = client.get(address(evening)).text
    assert "Only those who lead this session log its attendance." in html
    assert ("Everyone here" in html, "I am leading this" in html, 'value="save"' in html) == (False, False, False)


@pytest.mark.parametrize("name", ["attendance", "lead"])
def test_outside_the_program_the_session_does_not_exist(client, evening, name):
    omar = make_user("omar")
    make_posting(omar, make_program())
    client.force_login(omar)
    answers = [client.post(reverse(name, args=[pk])) for pk in (evening.session.pk, 987654)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert Attendance.objects.count() == 0


def test_one_press_says_who_leads(client, evening):
    kim = make_user("kim")
    make_posting(kim, evening.program)
    client.force_login(kim)
    assert "I am leading this" in client.get(address(evening)).text
    assert client.post(address(evening, "lead")).url == address(evening)
    html = client.get(address(evening)).text
    assert ("you lead" in html, "I am leading this" in html) == (True, False)
    assert dict(evening.session.staff.values_list("user__username", "role")) == {"rae": "did not lead", "kim": "lead"}


def test_looking_at_the_lead_address_changes_nothing(client, evening):
    assert client.get(address(evening, "lead")).status_code == 405


# Not logged


def test_a_past_session_without_a_log_is_not_logged_until_it_is(client, evening):
    session, end = evening.session, evening.session.ends_at
    asked = [(end - timedelta(seconds=1), False), (end, True), (end + timedelta(days=30), True)]
    assert [session.is_not_logged(at) for at, _ in asked] == [answer for _, answer in asked]
    assert [Session.objects.not_logged(at).exists() for at, _ in asked] == [answer for _, answer in asked]
    press(client, evening, "everyone")
    session.refresh_from_db()
    assert (session.is_not_logged(end), Session.objects.not_logged(end).exists()) == (False, False)


def test_a_canceled_session_is_never_not_logged(evening):
    session = make_session(evening.session.group, day=date(2026, 2, 25), status="cancelled")
    assert (session.is_not_logged(EVENING), session in Session.objects.not_logged(EVENING)) == (False, False)
