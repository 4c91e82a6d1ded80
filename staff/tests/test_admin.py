import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from staff.choices import Role
from staff.models import User
from web.tests.saving import save

from .factories import events, make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/staff/user/"
PARTS = ["postings", "credentials", "supervised_by", "time_away"]  # of a person's page, by their prefixes
NO_ROWS = {f"{part}-{name}_FORMS": "0" for part in PARTS for name in ("TOTAL", "INITIAL")}


@pytest.fixture
def dana():
    return make_user("dana", Role.DIRECTOR)


@pytest.fixture
def rae():
    return make_user("rae", Role.CLINICIAN)


@pytest.fixture
def desk(client, dana):
    """Dana, signed in."""
    client.force_login(dana)
    return client


def change(user):
    return reverse("admin:staff_user_change", args=[user.pk])


def form(**fields):
    return {
        "first_name": "Rae",
        "last_name": "Lindqvist",
        "email": "",
        "full_time_equivalent": "1.00",
        "roles": ["clinician"],
        **NO_ROWS,
    } | fields


def act(client, name, *users):
    return client.post(LIST, {"action": name, "_selected_action": [user.pk for user in users]})


def test_a_director_opens_every_page_of_the_staff_admin(desk, rae):
    for path in [
        "/admin/",
        LIST,
        f"{LIST}add/",
        change(rae),
        f"{change(rae)[:-7]}history/",
        f"{LIST}?role=clinician&q=rae",
    ]:
        assert desk.get(path).status_code == 200, path


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DIRECTOR])
def test_no_other_role_opens_the_admin(client, role):
    client.force_login(make_user("kim", role))
    assert {client.get(path).status_code for path in ["/admin/", LIST, "/admin/login/", "/admin/jsi18n/"]} == {403}


def test_signed_out_the_admin_leads_to_the_sign_in_page(client):
    assert client.get("/admin/")["Location"] == "/account/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith("/account/login/")
    assert client.post("/admin/login/", {"username": "admin", "password": "x"})["Location"] == "/account/login/"


def test_the_admin_holds_what_our_rooms_register_and_nothing_of_the_libraries():
    foreign = {model._meta.app_label for model in admin.site._registry} & {
        "auth",
        "account",
        "mfa",
        "usersessions",
        "axes",
    }
    assert foreign == set()


def test_signing_out_of_the_admin_needs_a_post_and_is_recorded(desk, dana):
    assert desk.get("/admin/logout/").status_code == 405
    assert desk.post("/admin/logout/").status_code == 302
    assert [event.actor_id for event in events("signed_out")] == [dana.pk]


def test_the_forms_hold_neither_password_nor_superuser_nor_permissions(desk, rae):
    for path in [f"{LIST}add/", change(rae)]:
        names = set(desk.get(path).context["adminform"].form.fields)
        assert names - {"username"} == {"first_name", "last_name", "email", "full_time_equivalent", "roles"}


def test_adding_a_person_makes_an_account_without_a_password(desk, dana):
    answer = desk.post(f"{LIST}add/", form(username="Nia", roles=["intern", "case manager"]))
    assert answer.status_code == 302
    nia = User.objects.get(username="nia")
    assert (nia.roles, nia.has_usable_password(), nia.is_superuser) == ([Role.INTERN, Role.CASE_MANAGER], False, False)
    assert [(event.actor_id, event.object_id) for event in events("user_added")] == [(dana.pk, nia.pk)]


def test_a_user_name_that_differs_in_capitals_only_is_taken(desk, rae):
    answer = desk.post(f"{LIST}add/", form(username="RAE"))
    assert answer.status_code == 200
    assert "has this user name already" in answer.content.decode()


def test_each_save_is_an_event_with_old_and_new_values_and_no_log_entry(desk, dana, rae):
    save(desk, change(rae), form(last_name="Berg", full_time_equivalent="0.80"))
    event = Event.objects.get(action="staff.user_changed")
    assert (event.actor_id, event.object_id) == (dana.pk, rae.pk)
    assert event.content["changes"][0]["fields"] == {
        "last_name": {"old": "Lindqvist", "new": "Berg"},
        "full_time_equivalent": {"old": "1.00", "new": "0.80"},
    }
    assert not LogEntry.objects.exists()
    history = desk.get(f"{change(rae)[:-7]}history/").content.decode()
    assert "Berg" in history
    assert "Dana Okafor" in history


def test_saving_without_a_change_leaves_no_event(desk, rae):
    save(desk, change(rae), form())
    assert not Event.objects.filter(action="staff.user_changed").exists()


def test_a_director_gives_and_takes_roles(desk, dana, rae):
    assert save(desk, change(rae), form(roles=["intern", "front desk"])).status_code == 302
    rae.refresh_from_db()
    assert rae.roles == [Role.INTERN, Role.FRONT_DESK]
    assert [(event.actor_id, event.content["after"]) for event in events("roles_changed")] == [
        (dana.pk, ["front desk", "intern"])
    ]


@pytest.mark.parametrize("role", ["director", "auditor"])
def test_a_director_cannot_give_the_roles_above(desk, rae, role):
    answer = save(desk, change(rae), form(roles=["clinician", role]))
    assert answer.status_code == 200
    assert "Only an administrator gives or takes" in answer.content.decode()
    rae.refresh_from_db()
    assert rae.roles == [Role.CLINICIAN]
    assert desk.post(f"{LIST}add/", form(username="nia", roles=[role])).status_code == 200
    assert not User.objects.filter(username="nia").exists()


def test_nobody_changes_their_own_roles(desk, dana):
    save(desk, change(dana), form(first_name="Dana", last_name="Okafor", roles=["director", "medical"]))
    save(desk, change(dana), form(first_name="Dana", last_name="Okafor", roles=[]))
    dana.refresh_from_db()
    assert dana.roles == [Role.DIRECTOR]


def test_forged_fields_make_nobody_a_superuser(desk, rae):
    forged = {
        "is_superuser": "on",
        "is_staff": "on",
        "password": "x" * 20,
        "user_permissions": ["1"],
        "groups": ["1"],
        "username": "root",
    }
    save(desk, change(rae), form(**forged))
    desk.post(f"{LIST}add/", form(**(forged | {"username": "nia"})))
    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.filter(username="root").exists()
    assert not User.user_permissions.through.objects.exists()
    assert not User.objects.get(username="nia").has_usable_password()


@pytest.mark.parametrize("above", ["superuser", "director", "auditor"])
def test_an_account_above_ones_own_is_not_changed_invited_or_closed(desk, above):
    role = None if above == "superuser" else Role(above)
    other = make_user("admin", role, is_superuser=above == "superuser")
    assert desk.get(change(other)).status_code == 404
    assert save(desk, change(other), form(first_name="Taken")).status_code == 404
    assert act(desk, "send_link", other).status_code == 302
    act(desk, "deactivate", other)
    other.refresh_from_db()
    assert (other.first_name, other.is_active, other.invitations.count()) == ("Ada", True, 0)


def test_a_superuser_gives_the_roles_above(client, rae):
    client.force_login(make_user("admin", None, is_superuser=True))
    assert save(client, change(rae), form(roles=["director", "auditor"])).status_code == 302
    rae.refresh_from_db()
    assert rae.roles == [Role.DIRECTOR, Role.AUDITOR]


def test_the_invitation_link_is_shown_once_and_opens(desk, rae):
    page = act(desk, "send_link", rae).content.decode()
    link = page.split("<code>http://testserver")[1].split("</code>")[0]
    assert desk.get(link).status_code == 200
    assert link not in desk.get(LIST).content.decode()


def test_nobody_makes_a_link_for_themselves(desk, dana):
    act(desk, "send_link", dana)
    assert dana.invitations.count() == 0


def test_an_account_is_deactivated_and_activated_but_never_deleted(desk, dana, rae):
    act(desk, "deactivate", rae)
    rae.refresh_from_db()
    assert not rae.is_active
    act(desk, "activate", rae)
    rae.refresh_from_db()
    assert rae.is_active
    assert desk.post(f"{change(rae)[:-7]}delete/", {"post": "yes"}).status_code == 403
    act(desk, "delete_selected", rae)
    assert User.objects.filter(pk=rae.pk).exists()
    assert [event.actor_id for event in events("deactivated") + events("activated")] == [dana.pk, dana.pk]


def test_not_even_a_superuser_deletes_an_account(client, rae):
    client.force_login(make_user("admin", None, is_superuser=True))
    assert client.post(f"{change(rae)[:-7]}delete/", {"post": "yes"}).status_code == 403
    act(client, "delete_selected", rae)
    assert User.objects.filter(pk=rae.pk).exists()


def test_the_site_itself_admits_directors_only(rf, dana, rae):
    request = rf.get("/admin/")
    admitted = {}
    for user in [dana, rae, AnonymousUser(), make_user("kim", Role.DIRECTOR, is_active=False)]:
        request.user = user
        admitted[user.username] = admin.site.has_permission(request)
    assert admitted == {"dana": True, "rae": False, "": False, "kim": False}


def test_nobody_deactivates_themselves(desk, dana):
    act(desk, "deactivate", dana)
    dana.refresh_from_db()
    assert dana.is_active


def test_a_number_too_large_for_the_database_is_answered_calmly(desk):
    assert desk.get(f"{LIST}{'9' * 20}/change/").status_code in {302, 400, 404}
    assert desk.get(f"{LIST}?role={'9' * 20}").status_code == 200


@pytest.mark.parametrize("people", [1, 30])
def test_the_list_asks_the_same_few_questions_for_any_number_of_people(desk, people):
    for number in range(people):
        make_user(f"user{number}")
    desk.get(LIST)
    with CaptureQueriesContext(connection) as captured:
        desk.get(LIST)
    asked = [sql for query in captured if '"staff_user' in (sql := query["sql"])]
    assert len(asked) == 14


def test_the_list_is_of_names_and_sorted_by_user_name_where_asked(desk, dana, rae):
    heads = [str(head["text"]) for head in result_headers(desk.get(LIST).context["cl"])]
    assert heads[1:3] == ["name", "user name"]
    assert [names(desk.get(f"{LIST}?o={order}")) for order in ("2", "-2")] == [["dana", "rae"], ["rae", "dana"]]


def test_the_search_finds_by_name_and_by_role(desk, rae):
    make_user("omar", Role.BILLING)
    assert names(desk.get(f"{LIST}?q=lindq")) == ["rae"]
    assert names(desk.get(f"{LIST}?role=billing")) == ["omar"]


def names(answer):
    return [user.username for user in answer.context["cl"].result_list]


@pytest.mark.parametrize(
    "asked",
    [
        "password__startswith=argon2",
        "password__isnull=0",
        "username__regex=(",
        "last_login__year=99999",
        "is_superuser__exact=1",
        "groups__name=director",
        "is_active__regex=1",
    ],
)
def test_an_address_asks_a_list_only_for_what_its_filters_offer(desk, asked):
    assert desk.get(f"{LIST}?{asked}").status_code == 400


def test_the_offered_filters_narrow_the_list(desk, rae):
    for asked in ["is_active__exact=1", "role=clinician", "is_active__exact=1&role=clinician", "q=rae&o=1"]:
        response = desk.get(f"{LIST}?{asked}")
        assert (response.status_code, rae in response.context["cl"].result_list) == (200, True), asked


@pytest.mark.parametrize("forged", ["abc", "9" * 40, "1.5", ""])
def test_a_forged_choice_of_rows_is_answered_400_and_does_nothing(desk, rae, forged):
    response = desk.post(LIST, {"action": "deactivate", "_selected_action": [rae.pk, forged]})
    rae.refresh_from_db()
    assert (response.status_code, rae.is_active) == (400, True)
