"""The set-up as the deputy of one program meets it who works in another as a clinician: nothing of that other shows."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from audit.models import Event
from programs.models import Accreditation, Posting, Track
from programs.tests.factories import (
    make_closure,
    make_curriculum,
    make_location,
    make_policy_value,
    make_posting,
    make_program,
    make_room,
)
from scheduling.tests.factories import make_weekly_group
from staff.choices import Role
from staff.models import User
from staff.seeds import seed_credential_types
from staff.tests.factories import make_credential, make_supervision, make_time_away, make_user
from web.doors import every_route

pytestmark = pytest.mark.django_db
TODAY, LATER = date(2026, 3, 2), date(2026, 3, 20)
ONE = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to("2026-03-02 12:00-05:00", tick=False)
    seed_credential_types()


def everything_of(name, place, leader):
    """A program with one row of each kind that is set up, by model."""
    program = make_program(name, location=make_location(place))
    user, supervisor = make_user(leader), make_user(f"{leader}-supervisor")
    posting = make_posting(user, program)
    make_posting(supervisor, program)
    rows = [
        program,
        program.location,
        make_room(program.location),
        make_weekly_group(program, leader=user),
        Track.objects.create(program=program, name="Track"),
        make_curriculum(program),
        make_closure(TODAY, program=program),
        Accreditation.objects.create(program=program, body="CARF", starts_on=TODAY),
        make_policy_value("group_cap", "10", program),
        posting,
        user,
        make_credential(user),
        make_supervision(user, supervisor),
        make_time_away(user, LATER),
    ]
    return {row._meta.label_lower: row for row in rows}


@pytest.fixture
def evening():
    return everything_of("Evening IOP", "Northside", "rae")


@pytest.fixture
def teen():
    return everything_of("Teen IOP", "Harbor", "omar")


@pytest.fixture
def kim(client, evening, teen):
    """Deputy of the Evening IOP, clinician in the Teen IOP, signed in."""
    kim = make_user("kim")
    make_posting(kim, evening["programs.program"], is_deputy=True, ends_on=LATER)
    make_posting(kim, teen["programs.program"])
    client.force_login(kim)
    return kim


def url(row, page):
    label = row._meta.label_lower.replace(".", "_")
    return reverse(f"admin:{label}_{page}", args=[] if page in {"changelist", "add"} else [row.pk])


def refusals():
    rows = Event.objects.filter(action="refused", outcome="refused").order_by("sequence")
    return [(event.actor_name, event.content["code"], event.content["route"]) for event in rows]


def test_the_lists_show_what_the_deputy_sets_up_and_nothing_of_where_they_only_work(client, kim, evening, teen):
    for label, row in evening.items():
        shown = set(client.get(url(row, "changelist")).context["cl"].result_list)
        assert (row in shown, teen[label] in shown) == (True, False), label


def test_a_row_of_the_other_program_is_not_found_and_who_asked_is_kept(client, kim, evening, teen):
    for label, row in teen.items():
        assert client.get(url(evening[label], "change")).status_code == 200, label
        assert client.get(url(evening[label], "history")).status_code == 200, label
        before = len(refusals())
        route = f"admin:{label.replace('.', '_')}"
        assert [client.get(url(row, "change")).status_code, client.post(url(row, "change")).status_code] == [404, 404]
        assert client.get(url(row, "history")).status_code == 404
        assert refusals()[before:] == [
            ("Kim Duarte", "out_of_reach", f"{route}_{page}") for page in ("change", "change", "history")
        ]
        assert client.post(url(row, "delete"), {"post": "yes"}).status_code in {403, 404}
        assert type(row).objects.filter(pk=row.pk).exists(), label


def test_what_is_not_there_is_answered_as_what_is_not_in_sight(client, kim, teen):
    row = teen["programs.group"]
    missing = type(row)(pk=987654)
    answers = [client.get(url(one, "change")) for one in (row, missing)]
    assert answers[0].content == answers[1].content
    assert [code for _, code, _ in refusals()] == 2 * ["out_of_reach"]


def test_actions_and_choices_pass_over_the_other_program_and_a_forged_choice_is_kept(client, kim, evening, teen):
    away, posting = teen["staff.timeaway"], evening["programs.posting"]
    client.post(url(away, "changelist"), {"action": "take_back", "_selected_action": [away.pk]})
    assert type(away).objects.filter(pk=away.pk).exists()
    assert Event.objects.get(action="refused").content["fields"] == ["_selected_action"]
    data = {"user": posting.user_id, "program": teen["programs.program"].pk, "starts_on": "2026-03-02"}
    answer = client.post(url(posting, "add"), data)
    assert list(answer.context["adminform"].form.errors) == ["program"]
    last = Event.objects.filter(action="refused").order_by("sequence").last()
    assert (last.content["code"], last.content["fields"]) == ("not_offered", ["program"])
    assert Posting.objects.filter(user=posting.user_id).count() == 1


def test_leaders_of_another_program_are_not_offered(client, kim, evening, teen):
    group = evening["programs.group"]
    page = client.get(url(group, "change"))
    leaders = page.context["inline_admin_formsets"][1].formset
    names = set(leaders.forms[0].fields["user"].queryset.values_list("username", flat=True))
    assert names == {"rae", "rae-supervisor", "kim"}


def looked_for(client, model, field, term):
    app, name = model.split(".")
    asked = {"app_label": app, "model_name": name, "field_name": field, "term": term}
    return [row["text"] for row in client.get(reverse("admin:autocomplete"), asked).json()["results"]]


def test_fields_that_look_for_rows_offer_names_of_elsewhere_only_to_post_somebody(client, kim, teen):
    omar = str(teen["staff.user"])
    assert looked_for(client, "programs.posting", "program", "") == ["Evening IOP"]
    assert omar in looked_for(client, "programs.posting", "user", "oma")
    assert omar in looked_for(client, "staff.supervision", "supervisor", "oma")
    for model, field, term in [
        ("programs.posting", "user", ""),
        ("programs.posting", "user", "o"),
        ("staff.credential", "user", "oma"),
        ("staff.timeaway", "user", "oma"),
        ("staff.supervision", "supervisee", "oma"),
    ]:
        assert omar not in looked_for(client, model, field, term), (model, field)


def test_at_most_twenty_names_are_offered(client, kim):
    for number in range(30):
        make_user(f"clone{number}", last_name="Zimmer")
    asked = {"app_label": "programs", "model_name": "posting", "field_name": "user", "term": "zimmer"}
    found = client.get(reverse("admin:autocomplete"), asked).json()
    assert (len(found["results"]), found["pagination"]["more"]) == (20, False)


@pytest.mark.parametrize("page", ["programs/{}/staffing/", "programs/{}/opening/", "staff/{}/leaving/"])
def test_the_pages_of_the_set_up_outside_the_admin_open_for_the_deputys_program_alone(client, kim, evening, teen, page):
    model = "staff.user" if "leaving" in page else "programs.program"
    answers = [client.get(f"/{page.format(rows[model].pk)}").status_code for rows in (evening, teen)]
    assert answers == [200, 404]
    assert [code for _, code, _ in refusals()] == ["out_of_reach"]


def test_policy_is_read_where_one_works_and_set_where_one_is_deputy(client, kim, evening, teen):
    pages = [client.get(f"/programs/{rows['programs.program'].pk}/policy/") for rows in (evening, teen)]
    assert [(page.status_code, page.context["may_set"]) for page in pages] == [(200, True), (200, False)]


def test_nothing_of_it_opens_the_day_after_the_last(client, kim, evening, teen, time_machine):
    time_machine.move_to("2026-03-21 12:00-04:00", tick=False)
    client.force_login(kim)
    for rows in (evening, teen):
        for row in rows.values():
            pages = [url(row, page) for page in ("changelist", "add", "change", "history")]
            assert {client.get(page).status_code for page in pages} == {403}, row
            assert client.post(pages[2]).status_code == 403
    program, user = evening["programs.program"], evening["staff.user"]
    for page in (f"/programs/{program.pk}/staffing/", f"/programs/{program.pk}/opening/", f"/staff/{user.pk}/leaving/"):
        assert (client.get(page).status_code, client.post(page).status_code) == (403, 403)


def test_a_director_sees_the_pages_of_those_who_work_where_they_direct(client, evening, teen):
    """Of somebody else the name alone, where somebody is looked for; who directs everywhere sees everybody."""
    dana = make_user("dana", Role.DIRECTOR)
    own = make_posting(dana, evening["programs.program"])
    client.force_login(dana)
    gone = make_user("nia")
    make_posting(gone, teen["programs.program"], ends_on=TODAY - ONE)
    unposted, axel, admin = make_user("mina"), make_user("axel", Role.AUDITOR), make_user("admin", is_superuser=True)

    def seen():
        found = client.get(reverse("admin:staff_user_changelist")).context["cl"].result_list
        return {user.username for user in found}

    assert seen() == {"dana", "rae", "rae-supervisor", unposted.username}
    assert [client.get(url(user, "change")).status_code for user in (gone, axel, admin)] == [404, 404, 404]
    Posting.objects.filter(pk=own.pk).update(program=None)
    assert seen() == set(User.objects.values_list("username", flat=True))


def addresses(rows):
    """Every address of the set-up, those about a row with the one of `rows`."""
    for route in every_route():
        if route.name == "admin:logout":
            continue
        kind = route.name.removeprefix("admin:").rpartition("_")[0].replace("_", ".")
        row = rows.get(kind)
        if route.name.startswith("admin:") and "<" not in route.pattern:
            yield reverse(route.name)
        elif row:
            yield reverse(route.name, args=[row.pk])
    program, user = rows["programs.program"], rows["staff.user"]
    yield from (f"/programs/{program.pk}/{page}/" for page in ("staffing", "opening", "policy"))
    yield f"/staff/{user.pk}/leaving/"


FORGED = {
    "name": "Mine", "user": "1", "program": "1", "location": "1", "roles": ["director"], "is_superuser": "on",
    "is_deputy": "on", "starts_on": "2026-03-02", "ends_on": "2026-03-03", "step": "confirm", "act": "deactivate",
    "action": "deactivate", "_selected_action": "1", "post": "yes", "year": "2026", "preset": "nj", "text": "x",
    **{f"postings-{name}": value for name, value in {
        "TOTAL_FORMS": "1", "INITIAL_FORMS": "0", "0-starts_on": "2026-03-02", "0-is_deputy": "on",
    }.items()},
}  # fmt: skip


@pytest.mark.parametrize("who", ["rae", "ivy", "late", "gone", "leo"])
def test_forged_posts_to_every_address_of_the_set_up_change_nothing(client, evening, teen, who):
    """A clinician, the front desk, a deputy past the last day, a director whose account is closed meanwhile, and the
    director of another program, who may open pages of the own."""
    role = {"ivy": Role.FRONT_DESK, "gone": Role.DIRECTOR, "leo": Role.DIRECTOR}.get(who, Role.CLINICIAN)
    by = evening["staff.user"] if who == "rae" else make_user(who, role)
    if who != "rae":
        place = teen if who == "leo" else evening
        ends_on = TODAY - ONE if who == "late" else None
        make_posting(by, place["programs.program"], is_deputy=who == "late", ends_on=ends_on)
    client.force_login(by)
    User.objects.filter(pk=by.pk).update(is_active=who != "gone")
    models = {type(row) for row in evening.values()}
    before = {model: list(model.objects.order_by("pk").values()) for model in models}
    answers = {path: client.post(path, FORGED).status_code for path in addresses(evening)}
    assert {model: list(model.objects.order_by("pk").values()) for model in models} == before
    assert len(answers) > 60
    if who == "gone":
        assert set(answers.values()) == {302}
    elif who != "leo":
        policy = f"/programs/{evening['programs.program'].pk}/policy/"
        assert {path: status for path, status in answers.items() if status != 403} in ({}, {policy: 405})
    else:
        about_rows = {path: status for path, status in answers.items() if any(map(str.isdecimal, path.split("/")))}
        assert {path for path, status in about_rows.items() if status not in {403, 404, 405}} == set()
