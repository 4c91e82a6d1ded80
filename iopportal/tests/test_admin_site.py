"""The whole admin: which rows are set up there, for whom, at what cost, and that nothing typed makes it fall over."""

from datetime import date

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.models import Accreditation, LeadRule, Room, Topic
from programs.tests.factories import (
    make_closure,
    make_curriculum,
    make_group,
    make_leader,
    make_location,
    make_phase,
    make_policy_value,
    make_posting,
    make_program,
    make_room,
    make_service,
    make_slot,
)
from scheduling.models import AttendanceStatus
from staff.choices import Role
from staff.models import Credential, CredentialType, Supervision, TimeAway
from staff.tests.factories import make_user
from web.admin import ShortCount
from web.tests.saving import save

pytestmark = pytest.mark.django_db
SET_UP = [
    "programs.accreditation", "programs.closure", "programs.curriculum", "programs.group", "programs.leadrule",
    "programs.location", "programs.policyvalue", "programs.posting", "programs.program", "programs.room",
    "programs.servicetype", "programs.track", "scheduling.attendancestatus", "staff.credential",
    "staff.credentialtype", "staff.supervision", "staff.timeaway", "staff.user",
]  # fmt: skip
WEIRD = ["'", '"', "%", "_", "\\", "\0", "'; DROP TABLE staff_user; --", "a b " * 2500, "x" * 10_000, "🙂", "١٢"]
SPRING = date(2026, 3, 2)


def registered():
    return {model._meta.label_lower: one for model, one in admin.site._registry.items()}


REGISTERED = sorted(registered())


def url(label, page, *args):
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


@pytest.fixture
def northside():
    return make_location("Northside")


@pytest.fixture
def evening(northside):
    return make_program("Evening IOP", location=northside, code="evening")


@pytest.fixture
def dana(client, evening):
    """Director, posted everywhere, signed in."""
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana)
    client.force_login(dana)
    return dana


def credential_type(number):
    return CredentialType.objects.create(name=f"T{number}", title=f"Title {number}", column="independent")


def whole_group(number, program):
    group = make_group(program, f"Group {number}", room=make_room(program.location))
    make_slot(group)
    make_leader(group, make_user(f"lead{number}"))
    return group


MAKERS = {
    "programs.accreditation": lambda n, p: Accreditation.objects.create(program=p, body=f"B{n}", starts_on=SPRING),
    "programs.closure": lambda n, p: make_closure(SPRING, program=make_program(location=p.location)),
    "programs.curriculum": lambda n, p: make_curriculum(p, name=f"C{n}", topics=[f"T{n}"]),
    "programs.group": whole_group,
    "programs.leadrule": lambda n, p: LeadRule.objects.first(),
    "programs.location": lambda n, p: make_location(f"Place {n}"),
    "programs.policyvalue": lambda n, p: make_policy_value("group_min", "3", make_program(location=p.location)),
    "programs.posting": lambda n, p: make_posting(make_user(f"user{n}"), make_program(location=p.location)),
    "programs.program": lambda n, p: make_program(location=p.location),
    "programs.room": lambda n, p: make_room(p.location),
    "programs.servicetype": lambda n, p: make_service(code="own", name=f"Own {n}"),
    "programs.track": lambda n, p: make_phase(make_group(make_program(location=p.location))).track,
    "scheduling.attendancestatus": lambda n, p: AttendanceStatus.objects.create(code=f"{n}", name=f"Status {n}"),
    "staff.credential": lambda n, p: Credential.objects.create(
        user=make_user(f"user{n}"), type=credential_type(n), issued_on=SPRING
    ),
    "staff.credentialtype": lambda n, p: credential_type(n),
    "staff.supervision": lambda n, p: Supervision.objects.create(
        supervisee=make_user(f"user{n}"), supervisor=make_user(f"super{n}"), starts_on=SPRING
    ),
    "staff.timeaway": lambda n, p: TimeAway.objects.create(
        user=make_user(f"user{n}"), starts_on=SPRING, ends_on=SPRING
    ),
    "staff.user": lambda n, p: make_user(f"user{n}"),
}


def make_rows(label, count, program):
    """Rows whose names differ from those of another count."""
    for number in range(count):
        MAKERS[label](f"{count}{number:02}", program)


def queries(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200, path
    return [query["sql"] for query in captured]


def test_exactly_these_rows_are_set_up_in_the_admin_and_no_clinical_ones():
    assert sorted(registered()) == SET_UP


@pytest.mark.parametrize("label", REGISTERED)
@pytest.mark.parametrize("who", ["dana", "admin"])
def test_every_list_and_form_opens(client, dana, evening, label, who):
    row = MAKERS[label]("1", evening)
    client.force_login(dana if who == "dana" else make_user("admin", None, is_superuser=True))
    one = registered()[label]
    assert client.get(url(label, "changelist")).status_code == 200
    assert client.get(url(label, "change", row.pk)).status_code == 200
    assert client.get(url(label, "history", row.pk)).status_code == 200
    if one.search_fields:
        assert client.get(url(label, "changelist"), {"q": "e"}).status_code == 200


@pytest.mark.parametrize("label", REGISTERED)
def test_a_clinician_opens_none_and_nobody_deletes(client, dana, evening, label):
    row = MAKERS[label]("1", evening)
    assert client.post(url(label, "delete", row.pk), {"post": "yes"}).status_code in {403, 404}
    rae = make_user("rae")
    make_posting(rae, evening)
    client.force_login(rae)
    assert client.get(url(label, "changelist")).status_code == 403
    assert client.get(url(label, "change", row.pk)).status_code == 403


@pytest.mark.parametrize("label", REGISTERED)
def test_a_list_costs_the_same_for_1_and_30_rows_and_counts_no_table(client, dana, evening, label):
    found = []
    for rows in (1, 30):
        make_rows(label, rows, evening)
        sql = queries(client, url(label, "changelist"))
        found.append(len(sql))
        counted = [query for query in sql if "COUNT(*)" in query and "LIMIT" not in query]
        assert counted == []
    assert found[0] == found[1]


@pytest.mark.parametrize("label", REGISTERED)
def test_a_form_costs_the_same_with_1_and_30_rows_beside_it(client, dana, evening, label):
    row = MAKERS[label]("1", evening)
    found = [len(queries(client, url(label, "change", row.pk)))]
    make_rows(label, 30, evening)
    found.append(len(queries(client, url(label, "change", row.pk))))
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", ["slots", "leaders", "topics", "phases"])
def test_a_form_costs_the_same_with_1_and_30_rows_in_it(client, dana, evening, kind):
    group = whole_group("1", evening)
    curriculum = make_curriculum(evening, topics=["First"])
    phase = make_phase(group)
    owner, label = {"topics": (curriculum, "programs.curriculum"), "phases": (phase.track, "programs.track")}.get(
        kind, (group, "programs.group")
    )
    found = [len(queries(client, url(label, "change", owner.pk)))]
    for number in range(30):
        if kind == "slots":
            make_slot(group, number % 7, f"{6 + number // 7:02}:00", f"{6 + number // 7:02}:30")
        elif kind == "leaders":
            make_leader(group, make_user(f"more{number}"))
        elif kind == "topics":
            Topic.objects.create(curriculum=curriculum, position=number + 2, title=f"Topic {number}")
        else:
            make_phase(make_group(evening), number + 2)
    found.append(len(queries(client, url(label, "change", owner.pk))))
    assert found[0] == found[1]


@pytest.mark.parametrize("label", REGISTERED)
def test_no_search_falls_over(client, dana, evening, label):
    MAKERS[label]("1", evening)
    answers = {client.get(url(label, "changelist"), {"q": text}).status_code for text in WEIRD}
    assert answers <= {200, 302, 400}


@pytest.mark.parametrize("label", REGISTERED)
def test_no_page_number_or_order_falls_over(client, dana, evening, label):
    MAKERS[label]("1", evening)
    for asked in ["p=" + "9" * 30, "p=-1", "p=x", "o=99.1.x", "all=", "e=1", "_facets=x"]:
        assert client.get(f"{url(label, 'changelist')}?{asked}", follow=True).status_code in {200, 400}, asked


@pytest.mark.parametrize("label", REGISTERED)
def test_an_address_asks_only_what_the_filters_offer(client, dana, evening, label):
    MAKERS[label]("1", evening)
    for asked in ["pk", "pk__gt", "id__in", "user__password__startswith", "program__location__name"]:
        assert client.get(url(label, "changelist"), {asked: "1"}).status_code in {302, 400}, asked


@pytest.mark.parametrize("label", REGISTERED)
def test_a_number_no_row_can_have_is_answered_calmly(client, dana, label):
    for key in ("9" * 30, "-1", "x"):
        assert client.get(url(label, "change", key)).status_code in {302, 400, 404}
        assert client.get(url(label, "history", key)).status_code in {302, 400, 404}


def test_every_admin_names_its_joins_and_counts_nothing_in_full():
    wrong = [
        label for label, one in registered().items() if one.show_full_result_count or one.list_select_related is True
    ]
    assert wrong == []


def looked_for(client, model, field, term):
    app, name = model._meta.label_lower.split(".")
    asked = {"app_label": app, "model_name": name, "field_name": field, "term": term}
    return client.get(reverse("admin:autocomplete"), asked)


def offered(client, model, field, term):
    """What a field that looks for rows gives for some letters."""
    app, name = model.split(".")
    asked = {"app_label": app, "model_name": name, "field_name": field, "term": term}
    return client.get(reverse("admin:autocomplete"), asked)


def test_a_field_that_looks_for_rows_offers_what_its_user_directs_and_nothing_retired(client, evening):
    teen = make_program("Teen IOP", location=make_location("Harbor"))
    make_program("Old IOP", location=evening.location, retired_on=date(2026, 1, 6))
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=evening.location)
    client.force_login(dana)
    found = [offered(client, "programs.posting", "program", text).json() for text in ("", "IOP", "Teen", "Harbor")]
    assert [[row["text"] for row in one["results"]] for one in found] == [["Evening IOP"], ["Evening IOP"], [], []]
    make_posting(dana, teen)
    client.force_login(make_user("rae"))
    assert offered(client, "programs.posting", "program", "").status_code == 403


def test_a_field_that_looks_for_rows_does_not_fall_over(client, dana):
    for text in WEIRD:
        assert offered(client, "programs.posting", "program", text).status_code in {200, 400}
    assert offered(client, "programs.posting", "nothing", "").status_code == 403
    assert offered(client, "patients.episode", "patient", "").status_code == 403


def test_the_first_page_takes_the_set_up_in_its_order_and_leads_back(client, dana):
    page = client.get("/admin/")
    sections = [
        (app["name"], [model["model"]._meta.label_lower for model in app["models"]]) for app in page.context["app_list"]
    ]
    assert [name for name, _ in sections] == [
        "Places and programs",
        "Services and rules",
        "People",
        "Groups and calendar",
    ]
    assert sorted(label for _, labels in sections for label in labels) == SET_UP
    text = page.content.decode()
    assert '<a class="to-portal" href="/">Back to the portal</a>' in text
    assert "Recent actions" not in text


def test_an_address_of_a_room_of_the_code_leads_to_the_first_page(client, dana):
    assert client.get("/admin/programs/").url == "/admin/"


def test_a_history_says_who_changed_which_field_from_what_to_what(client, dana, evening):
    room = make_room(evening.location, "Quiet room")
    group = whole_group("1", evening)
    slot, leader = group.slots.get(), group.leaders.get()
    data = {"name": "Night", "service": group.service_id, "room": room.pk, "retired_on": "2026-12-01"}
    data |= {"slots-TOTAL_FORMS": 1, "slots-INITIAL_FORMS": 1, "slots-0-id": slot.pk, "slots-0-weekday": 2}
    data |= {"slots-0-start": slot.start, "slots-0-end": slot.end, "slots-0-starts_on": slot.starts_on}
    data |= {"leaders-TOTAL_FORMS": 1, "leaders-INITIAL_FORMS": 1, "leaders-0-id": leader.pk}
    data |= {"leaders-0-user": leader.user_id, "leaders-0-role": leader.role, "leaders-0-starts_on": leader.starts_on}
    old = group.room
    assert save(client, url("programs.group", "change", group.pk), data).status_code == 302
    lines = client.get(url("programs.group", "history", group.pk)).context["lines"]
    assert {(line.who, line.what, line.old, line.new) for line in lines} == {
        ("Dana Okafor", "Name", "Group 1", "Night"),
        ("Dana Okafor", "Room", str(old), "Quiet room"),
        ("Dana Okafor", "Retired on", "–", "Dec 1, 2026"),
        ("Dana Okafor", "Wednesday 18:00–19:30: weekday", "Monday", "Wednesday"),
    }


def test_a_history_takes_the_same_queries_for_1_and_30_changes(client, dana, evening):
    room, found = make_room(evening.location), []
    for changes in (1, 30):
        for number in range(changes):
            data = {"name": f"Room {changes}.{number}", "capacity": number + 1}
            assert save(client, url("programs.room", "change", room.pk), data).status_code == 302
        found.append(len(queries(client, url("programs.room", "history", room.pk))))
    assert found[0] == found[1]


def test_a_list_without_rows_says_what_it_is_for(client, dana):
    empty = client.get(url("programs.track", "changelist")).content.decode()
    assert "No track yet. A program whose groups are the same in every week needs none." in empty
    assert "Nothing fits." in client.get(url("programs.track", "changelist"), {"q": "zzz"}).content.decode()


def test_rows_are_counted_no_further_than_anybody_turns_pages(monkeypatch, evening):
    for _ in range(5):
        make_room(evening.location)
    assert ShortCount(Room.objects.order_by("pk"), 2).count == 5
    monkeypatch.setattr("web.admin.pages.MOST_ROWS", 3)
    assert ShortCount(Room.objects.order_by("pk"), 2).count == 3
