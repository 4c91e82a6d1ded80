from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from programs import policy
from programs.leading import lead_book
from programs.models import Posting
from programs.seeds import seed_lead_rules
from programs.tests.factories import make_group, make_location, make_posting, make_program
from staff.choices import Role
from staff.models import Credential, CredentialType, Supervision, TimeAway, User
from staff.seeds import seed_credential_types
from staff.tests.factories import make_credential, make_supervision, make_time_away, make_user
from web.tests.saving import save

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
YESTERDAY, TOMORROW = TODAY - timedelta(1), TODAY + timedelta(1)
PARTS = ["postings", "credentials", "supervised_by", "time_away"]


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to("2026-03-02 12:00-05:00", tick=False)
    seed_credential_types()
    seed_lead_rules()


@pytest.fixture
def evening():
    return make_program("Evening IOP", location=make_location("Northside"), code="evening")


@pytest.fixture
def teen():
    return make_program("Teen IOP", location=make_location("Harbor"), code="teen")


@pytest.fixture
def dana(client, evening):
    """Director of Northside, signed in."""
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=evening.location)
    client.force_login(dana)
    return dana


@pytest.fixture
def rae(evening):
    rae = make_user("rae")
    make_posting(rae, evening)
    return rae


@pytest.fixture
def ines(evening):
    ines = make_user("ines", Role.INTERN)
    make_posting(ines, evening)
    return ines


def url(model, page, *args):
    return reverse(f"admin:staff_{model._meta.model_name}_{page}", args=args)


def license_data(user=None, **change):
    kind = CredentialType.objects.get(name="LCSW").pk
    data = {"type": kind, "state": "NJ", "number": "44SC0001", "issued_on": "2025-01-01", "expires_on": "2026-12-31"}
    return data | ({"user": user.pk} if user else {}) | change


def supervision_data(supervisee, supervisor, **change):
    whom = {"supervisee": supervisee.pk} if supervisee else {}
    return whom | {"supervisor": supervisor.pk, "starts_on": "2026-03-02", "ends_on": ""} | change


def person_data(user, **parts):
    """A person's page with these new rows, by the part's prefix; the rows that stand are sent as they are."""
    data = {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": "",
        "full_time_equivalent": "1.00",
        "roles": [role.value for role in user.roles],
    }
    for part in PARTS:
        rows = parts.get(part, [])
        data |= {f"{part}-TOTAL_FORMS": len(rows), f"{part}-INITIAL_FORMS": sum("id" in row for row in rows)}
        data |= {f"{part}-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}
        data |= {f"{part}-{at}-user": user.pk for at in range(len(rows)) if part != "supervised_by"}
        data |= {f"{part}-{at}-supervisee": user.pk for at in range(len(rows)) if part == "supervised_by"}
    return data


def errors(response):
    form = response.context["adminform"].form
    return {field: [str(sentence) for sentence in found] for field, found in form.errors.items()}


def said(response):
    return [str(message) for message in response.context["messages"]]


def listed(response):
    return [str(row) for row in response.context["cl"].result_list]


def history(action):
    return list(Event.objects.filter(action=action).order_by("sequence"))


# Licenses


def test_a_license_is_entered_looked_up_and_dated_by_us(client, dana, rae):
    forged = {"verified_on": "2020-01-01", "verified_by": rae.pk}
    assert client.post(url(Credential, "add"), license_data(rae, looked_up="on", **forged)).status_code == 302
    row = Credential.objects.get()
    assert (row.user, row.verified_on, row.verified_by, row.renewal_filed_on) == (rae, TODAY, dana, None)
    assert [len(history(f"staff.{what}")) for what in ("credential_added", "credential_verified")] == [1, 1]


def test_a_filed_renewal_is_recorded_with_its_evidence_and_carries_the_license(client, dana, rae, evening):
    make_credential(rae, number="44SC0001", expires_on=YESTERDAY)
    row = Credential.objects.get()
    data = license_data(expires_on=YESTERDAY.isoformat(), renewal_filed_today="on")
    assert list(errors(save(client, url(Credential, "change", row.pk), data))) == ["evidence"]
    assert save(client, url(Credential, "change", row.pk), data | {"evidence": "Receipt 4711"}).status_code == 302
    row.refresh_from_db()
    assert (row.renewal_filed_on, row.renewal_filed_by, row.renewal_evidence) == (TODAY, dana, "Receipt 4711")
    leads = lead_book([rae.pk], policy.book(evening, TODAY))
    service = make_group(evening).service
    assert leads.verdict(rae.pk, service=service, program=evening, role="lead", day=TODAY).may


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"evidence": "Receipt"}, "renewal_filed_today"),
        ({"renewal_filed_today": "on", "evidence": " "}, "evidence"),
        ({"renewal_filed_today": "on", "evidence": "Receipt", "expires_on": ""}, "renewal_filed_today"),
        ({"expires_on": "2024-12-31"}, "__all__"),
        ({"state": "ZZ"}, "state"),
        ({"issued_on": "yesterday"}, "issued_on"),
        ({"type": "9" * 30}, "type"),
    ],
)
def test_a_wrong_license_is_explained_at_the_field(client, dana, rae, change, field):
    response = client.post(url(Credential, "add"), license_data(rae, **change))
    assert (response.status_code, list(errors(response))) == (200, [field])
    assert not Credential.objects.exists()


@pytest.mark.parametrize("ticks", [{}, {"looked_up": "on"}, {"renewal_filed_today": "on", "evidence": "Receipt"}])
def test_nobody_enters_their_own_license(client, dana, ticks):
    response = client.post(url(Credential, "add"), license_data(dana, **ticks))
    said = ["Nobody enters or changes their own license. Give another director what shows it."]
    assert errors(response) == {"user": said}
    assert not Credential.objects.exists()


@pytest.mark.parametrize("as_deputy", [True, False])
def test_nobody_prolongs_their_own_license(client, dana, evening, as_deputy):
    """R-31: it would silence its own warnings. A deputy neither, nor anybody on the person's page."""
    me = make_user("kim") if as_deputy else dana
    make_posting(me, evening, is_deputy=as_deputy, ends_on=TODAY)
    client.force_login(me)
    row = make_credential(me, "LCSW", number="44SC0001", expires_on=YESTERDAY, verified_on=TODAY, verified_by=me)
    later = license_data(me, expires_on="2030-01-01")
    assert client.post(url(Credential, "change", row.pk), later).status_code == 403
    credentials = [{"id": row.pk, **later}, later]
    save(client, url(User, "change", me.pk), person_data(me, credentials=credentials))
    assert [one.expires_on for one in Credential.objects.all()] == [YESTERDAY]
    page = client.get(url(Credential, "change", row.pk))
    assert (page.status_code, 'name="_save"' in page.content.decode()) == (200, False)


def test_a_change_of_a_verified_license_is_said_to_need_a_new_look(client, dana, rae):
    client.post(url(Credential, "add"), license_data(rae, looked_up="on"))
    row = Credential.objects.get()
    changed = save(client, url(Credential, "change", row.pk), license_data(number="44SC0002"), follow=True)
    assert any("must be looked up at its board again" in sentence for sentence in said(changed))
    row.refresh_from_db()
    assert (row.number, row.verified_on) == ("44SC0002", None)
    save(client, url(Credential, "change", row.pk), license_data(number="44SC0003", looked_up="on"))
    row.refresh_from_db()
    assert (row.number, row.verified_on) == ("44SC0003", TODAY)


def test_a_retired_type_is_kept_and_not_offered(client, dana, rae):
    row = make_credential(rae, "LCSW", number="44SC0001", expires_on=date(2026, 12, 31))
    CredentialType.objects.filter(name="LCSW").update(retired_on=TODAY)
    assert list(errors(client.post(url(Credential, "add"), license_data(dana)))) == ["type"]
    assert save(client, url(Credential, "change", row.pk), license_data()).status_code == 302


def test_licenses_are_seen_where_one_directs_and_changed_where_one_directs_all(client, dana, evening, rae, teen):
    omar, mina = make_user("omar"), make_user("mina")
    make_posting(omar, teen)
    for program in (evening, teen):
        make_posting(mina, program)
    rows = {user.username: make_credential(user) for user in (rae, omar, mina)}
    assert listed(client.get(url(Credential, "changelist"))) == ["LCSW, Rae Lindqvist", "LCSW, Mina Sato"]
    answers = {
        name: save(client, url(Credential, "change", row.pk), license_data()).status_code for name, row in rows.items()
    }
    assert answers == {"rae": 302, "omar": 404, "mina": 403}
    assert not Credential.objects.filter(user=omar, number="44SC0001").exists()
    for user in (omar, mina):
        refused = errors(client.post(url(Credential, "add"), license_data(user, state="NY")))
        assert "also works where you do not direct" in refused["user"][0]


def test_the_list_says_how_each_license_stands_and_filters_by_it(client, dana, rae, ines):
    filed = {"renewal_filed_on": TODAY, "renewal_filed_by": dana, "renewal_evidence": "Receipt"}
    make_credential(rae, "LCSW", expires_on=TODAY + timedelta(60), verified_on=TODAY, verified_by=dana)
    make_credential(rae, "LPC", expires_on=YESTERDAY, verified_on=TODAY, verified_by=dana)
    make_credential(rae, "RN", expires_on=YESTERDAY, verified_on=TODAY, verified_by=dana, **filed)
    make_credential(ines, "Intern", state="", expires_on=YESTERDAY)
    make_credential(ines, "Intern", state="", issued_on=TODAY)
    page = client.get(url(Credential, "changelist"))
    assert {row.said for row in page.context["cl"].result_list} == {
        "LCSW of New Jersey ends on May 1, 2026, in 60 days.",
        "LPC of New Jersey ended on Mar 1, 2026, 1 day ago.",
        (
            "RN of New Jersey ended on Mar 1, 2026, 1 day ago. "
            "The renewal filed on Mar 2, 2026 carries it through Mar 31, 2026."
        ),
        "A later one has taken its place.",
        "Intern does not expire.",
    }
    shown = {
        name: sorted(
            str(row.type)
            for row in client.get(url(Credential, "changelist"), {"standing": name}).context["cl"].result_list
        )
        for name in ("expiring", "lapsed", "renewal", "unverified", "nonsense")
    }
    assert shown == {
        "expiring": ["LCSW"],
        "lapsed": ["LPC"],
        "renewal": ["RN"],
        "unverified": ["Intern"],
        "nonsense": ["Intern", "Intern", "LCSW", "LPC", "RN"],
    }


# Supervision


def test_a_supervisor_needs_a_credential_on_the_first_and_on_the_last_day(client, dana, rae, ines):
    make_credential(ines, "Intern")
    row = make_credential(rae, issued_on=TODAY, expires_on=TODAY + timedelta(10))
    refusals = {
        ("2026-03-01", ""): ["supervisor"],
        ("2026-03-02", ""): [],
        ("2026-03-02", "2026-03-12"): [],
        ("2026-03-02", "2026-03-13"): ["supervisor"],
    }
    for (first, last), fields in refusals.items():
        response = client.post(url(Supervision, "add"), supervision_data(ines, rae, starts_on=first, ends_on=last))
        found = [] if response.status_code == 302 else list(errors(response))
        assert found == fields, (first, last)
        Supervision.objects.all().delete()
    row.delete()
    sentence = errors(client.post(url(Supervision, "add"), supervision_data(ines, rae)))["supervisor"][0]
    assert sentence == (
        "Rae Lindqvist has no credential in force on Mar 2, 2026 that may lead alone what Ines Moreau leads under "
        "supervision. Choose another person, or put the credential on file first."
    )


@pytest.mark.parametrize(
    ("own", "supervisors", "allowed"),
    [
        ("Intern", "LCSW", True),
        ("Intern", "LCADC", True),
        ("Intern", "MD", True),
        ("Intern", "RN", True),
        ("Intern", "LSW", False),
        ("Intern", "CADC", False),
        ("Intern", "BHT", False),
        ("Intern", "Intern", False),
        ("LSW", "RN", False),
        ("LSW", "LPC", True),
        ("CADC", "LCADC", True),
        (None, "LCSW", True),
        (None, "LSW", False),
    ],
)
def test_who_is_supervised_in_any_of_it_supervises_nobody(*, client, dana, rae, ines, own, supervisors, allowed):
    if own:
        make_credential(ines, own)
    make_credential(rae, supervisors)
    assert (client.post(url(Supervision, "add"), supervision_data(ines, rae)).status_code == 302) is allowed


def test_nobody_supervises_themselves_and_nobody_who_left_supervises(client, dana, rae, ines):
    make_credential(ines)
    make_credential(rae)
    assert list(errors(client.post(url(Supervision, "add"), supervision_data(ines, ines)))) == ["supervisor"]
    User.objects.filter(pk=rae.pk).update(is_active=False)
    sentence = errors(client.post(url(Supervision, "add"), supervision_data(ines, rae)))["supervisor"][0]
    assert sentence == "Rae Lindqvist no longer works here. Choose another person."


def test_supervision_can_always_be_ended_earlier_and_is_judged_when_it_is_prolonged(client, dana, rae, ines):
    make_credential(rae, expires_on=YESTERDAY)
    row = make_supervision(ines, rae, starts_on=date(2026, 1, 5), ends_on=TODAY + timedelta(30))
    data = supervision_data(None, rae, starts_on="2026-01-05")
    assert save(client, url(Supervision, "change", row.pk), data | {"ends_on": "2026-03-02"}).status_code == 302
    longer = save(client, url(Supervision, "change", row.pk), data | {"ends_on": "2026-03-03"})
    assert list(errors(longer)) == ["supervisor"]
    row.refresh_from_db()
    assert row.ends_on == TODAY


# Time away


def test_time_away_to_come_is_taken_back_and_what_has_begun_is_kept(client, dana, rae, teen):
    omar = make_user("omar")
    make_posting(omar, teen)
    begun, to_come = make_time_away(rae, TODAY), make_time_away(rae, TOMORROW)
    elsewhere = make_time_away(omar, TOMORROW)
    chosen = [row.pk for row in (begun, to_come, elsewhere)]
    response = client.post(
        url(TimeAway, "changelist"), {"action": "take_back", "_selected_action": chosen}, follow=True
    )
    assert set(TimeAway.objects.all()) == {begun, elsewhere}
    assert sorted(said(response)) == [
        (
            "Rae Lindqvist, Mar 2, 2026: This time away began on Mar 2, 2026 and stays on the record. "
            "Change its last day instead."
        ),
        "Rae Lindqvist, Mar 3, 2026: taken back.",
    ]


def test_time_away_is_listed_by_when_it_is(client, dana, rae):
    rows = {
        "over": make_time_away(rae, YESTERDAY),
        "now": make_time_away(rae, TODAY),
        "later": make_time_away(rae, TOMORROW),
    }
    for when, row in rows.items():
        assert list(client.get(url(TimeAway, "changelist"), {"when": when}).context["cl"].result_list) == [row]


# The person's page


def test_everything_of_a_person_is_set_up_on_one_page_and_each_row_is_audited(client, dana, evening):
    mentor, nia = make_user("kim"), make_user("nia", Role.INTERN)
    make_credential(mentor, "LPC")
    license = license_data(looked_up="on") | {"type": CredentialType.objects.get(name="Intern").pk}  # noqa: A001
    data = person_data(
        nia,
        postings=[{"program": evening.pk, "starts_on": "2026-03-02"}],
        credentials=[license],
        supervised_by=[{"supervisor": mentor.pk, "starts_on": "2026-03-02"}],
        time_away=[{"starts_on": "2026-04-06", "ends_on": "2026-04-10", "kind": "vacation"}],
    )
    assert save(client, url(User, "change", nia.pk), data).status_code == 302
    row = nia.credentials.get()
    assert (nia.postings.get().program, row.verified_on, row.verified_by) == (evening, TODAY, dana)
    assert (nia.supervised_by.get().supervisor, nia.time_away.get().kind) == (mentor, "vacation")
    for name, about in [
        ("programs.posting_added", nia.postings.get()),
        ("staff.credential_added", row),
        ("staff.credential_verified", row),
        ("staff.supervision_added", nia.supervised_by.get()),
        ("staff.timeaway_added", nia.time_away.get()),
    ]:
        assert [(event.actor_id, event.object_id) for event in history(name)] == [(dana.pk, about.pk)], name
    assert history("staff.user_changed") == []


def test_the_person_s_page_refuses_what_the_own_pages_refuse(client, dana, teen, rae):
    data = person_data(
        rae,
        postings=[{"program": teen.pk, "starts_on": "2026-03-02"}],
        credentials=[license_data(renewal_filed_today="on")],
        supervised_by=[{"supervisor": dana.pk, "starts_on": "2026-03-02"}],
    )
    response = save(client, url(User, "change", rae.pk), data)
    found = [formset.formset.errors for formset in response.context["inline_admin_formsets"]]
    assert [[list(form) for form in forms] for forms in found] == [[["program"]], [["evidence"]], [["supervisor"]], []]
    assert not Credential.objects.exists()


def test_nobody_posts_themselves_on_their_own_page(client, dana, evening):
    postings = client.get(url(User, "change", dana.pk)).context["inline_admin_formsets"][0]
    assert (postings.has_add_permission, postings.has_change_permission) == (False, False)
    data = person_data(dana, postings=[{"program": evening.pk, "starts_on": "2026-03-02"}])
    save(client, url(User, "change", dana.pk), data)
    assert dana.postings.count() == 1


def test_a_deputy_saves_a_person_whose_posting_as_deputy_stands_and_names_none(client, evening, rae):
    kim = make_user("kim")
    standing = make_posting(kim, evening, is_deputy=True, ends_on=TODAY + timedelta(9))
    make_posting(rae, evening, is_deputy=True, ends_on=TODAY + timedelta(9))
    client.force_login(rae)
    row = {
        "id": standing.pk, "program": evening.pk, "starts_on": "2026-01-05", "ends_on": "2026-03-11", "is_deputy": "on",
    }  # fmt: skip
    data = person_data(kim, postings=[row], credentials=[license_data()])
    assert save(client, url(User, "change", kim.pk), data).status_code == 302
    assert kim.credentials.count() == 1
    longer = person_data(kim, postings=[row | {"ends_on": "2026-12-31"}])
    response = save(client, url(User, "change", kim.pk), longer)
    assert response.context["inline_admin_formsets"][0].formset.errors == [
        {"is_deputy": ["Only a director names a deputy. Ask the director."]}
    ]
    assert Posting.objects.get(pk=standing.pk).ends_on == TODAY + timedelta(9)


def test_a_new_person_leads_to_the_page_with_the_next_steps(client, dana):
    data = {
        "username": "nia", "first_name": "Nia", "last_name": "Ode", "email": "", "full_time_equivalent": "0.50",
        "roles": ["clinician"],
    }  # fmt: skip
    response = client.post(url(User, "add"), data, follow=True)
    nia = User.objects.get(username="nia")
    assert response.redirect_chain == [(url(User, "change", nia.pk), 302)]
    assert said(response)[0].startswith("Nia Ode is added and cannot sign in yet. Next, on this page:")
    page = response.content.decode()
    assert [f'id="{anchor}"' in page for anchor in ("postings-group", "credentials-group", "invite")] == [True] * 3


def test_the_invitation_is_one_press_away_on_the_person_s_page(client, dana, rae):
    page = client.get(url(User, "change", rae.pk)).content.decode()
    assert "Make an invitation link" in page
    assert "Make an invitation link" not in client.get(url(User, "change", dana.pk)).content.decode()
    response = client.post(url(User, "changelist"), {"action": "send_link", "_selected_action": rae.pk})
    assert (response.status_code, rae.invitations.count()) == (200, 1)


def test_a_person_who_also_works_elsewhere_is_shown_and_not_changed(client, dana, evening, teen):
    mina = make_user("mina")
    for program in (evening, teen):
        make_posting(mina, program)
    make_credential(mina)
    page = client.get(url(User, "change", mina.pk))
    assert (page.status_code, "Make an invitation link" in page.content.decode()) == (200, False)
    assert save(client, url(User, "change", mina.pk), person_data(mina)).status_code == 403


def test_only_people_who_work_here_are_offered_to_other_pages(client, dana, rae):
    make_user("rachel", is_active=False)
    asked = {"app_label": "staff", "model_name": "supervision", "field_name": "supervisor", "term": "ra"}
    found = client.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert [row["text"] for row in found] == ["Rae Lindqvist"]


LISTS = {
    Credential: lambda user, other: make_credential(user, expires_on=TODAY, verified_on=TODAY, verified_by=other),
    Supervision: make_supervision,
    TimeAway: lambda user, other: make_time_away(user, TODAY),
}


@pytest.mark.parametrize("model", LISTS)
def test_a_list_takes_the_same_queries_for_1_and_30_rows(client, dana, model):
    counts = []
    for rows in (1, 30):
        for number in range(rows):
            LISTS[model](make_user(f"user{rows}x{number}"), make_user(f"other{rows}x{number}"))
        client.get(url(model, "changelist"))
        with CaptureQueriesContext(connection) as captured:
            client.get(url(model, "changelist"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_person_s_page_takes_the_same_queries_for_1_and_12_rows_of_each(client, dana, rae, ines):
    counts = []
    client.get(url(User, "change", rae.pk))
    for rows in (1, 12):
        for number in range(rows):
            first = date(2000 + rows, 1, 1 + number)
            make_credential(rae, issued_on=first, verified_on=TODAY, verified_by=dana)
            make_supervision(rae, dana, starts_on=first)
            make_supervision(ines, rae, starts_on=first)
            make_time_away(rae, TODAY + timedelta(rows + number))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(User, "change", rae.pk)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("change", [{"issued_on": "0001-01-01"}, {"expires_on": "9999-12-31"}])
def test_a_year_that_cannot_be_meant_is_refused_at_its_day(client, dana, rae, change):
    answer = client.post(url(Credential, "add"), license_data(rae, **change))
    [(column, day)] = change.items()
    assert answer.context["adminform"].form.errors == {column: [f"{int(day[:4])} cannot be meant. Check the year."]}
    assert not Credential.objects.exists()
