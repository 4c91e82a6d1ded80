"""Every address, for every role and method: nobody opens more than the table says, and nothing falls over."""

import re
import uuid

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import resolve

from iopportal.permissions_table import as_markdown, may_open
from iopportal.roles import ROLES_BY_PERMISSION
from staff.choices import Role
from staff.tests.factories import make_user
from web.doors import every_route

ROUTES = list(every_route())
NOBODY = 987_654_321
SAMPLES = {"int": NOBODY, "id": NOBODY, "str": "x", "slug": "x", "uuid": uuid.UUID(int=7), "path": str(NOBODY)}


def address(pattern: str) -> str:
    """A well-formed address for a pattern, with numbers that nobody has."""
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda match: str(SAMPLES[match[1] or "str"]), pattern)
    filled = re.sub(r"\(\?P<\w+>[^)]*\)", "x", filled)
    return "/" + filled.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "")


ADDRESSES = {route.name: address(route.pattern) for route in ROUTES}


def test_every_view_has_a_mark():
    assert [route.name for route in ROUTES if route.door is None] == []


def test_every_permission_of_a_mark_exists_and_some_role_has_it(db):
    from django.contrib.auth.models import Permission

    known = {f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.select_related("content_type")}
    asked = {route.door.permission for route in ROUTES if route.door and route.door.permission}
    assert asked <= set(ROLES_BY_PERMISSION)
    assert set(ROLES_BY_PERMISSION) <= known


def test_every_sample_address_leads_to_its_own_view():
    wrong = {name: path for name, path in ADDRESSES.items() if resolve(path).view_name != name}
    assert {name: path for name, path in wrong.items() if not name.startswith("admin:")} == {}


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_signed_out_nobody_gets_further_than_the_door(db, client, method):
    for route in ROUTES:
        if route.door.public:
            continue
        response = getattr(client, method)(ADDRESSES[route.name])
        assert (response.status_code, response.headers.get("Location", "")[:15]) == (302, "/account/login/"), route
        fragment = getattr(client, method)(ADDRESSES[route.name], headers={"HX-Request": "true"})
        assert fragment.status_code == 401, route


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_role_opens_what_the_table_says_and_nothing_else(db, client, role, method):
    user = make_user("someone", role) if role else make_user("nobody")
    if role is None:
        user.groups.clear()
    client.force_login(user)
    for route in ROUTES:
        if route.name in {"account_logout"}:
            continue
        response = getattr(client, method)(ADDRESSES[route.name])
        allowed = route.door.public or route.door.permission is None or (role and may_open(route.door, role))
        assert response.status_code < 500, (route, response.status_code)
        if not allowed:
            assert response.status_code == 403, route
        if method == "post" or route.name == "session_lock":
            client.cookies.clear()  # some of these end or lock the session, and signing in again would not unlock it
            client.force_login(user)


def test_the_groups_have_exactly_the_permissions_of_the_table(db):
    for role in Role:
        held = {
            f"{p.content_type.app_label}.{p.codename}" for p in Group.objects.get(name=role.value).permissions.all()
        }
        assert held == {name for name, roles in ROLES_BY_PERMISSION.items() if role in roles}


def test_the_table_in_the_documents_is_up_to_date(settings):
    assert (settings.BASE_DIR / "docs" / "permissions.md").read_text() == as_markdown(), "Run: make permissions"


@pytest.mark.parametrize("number", ["99999999999999999999", "-1", "0x10", "%00", "1%27--"])
def test_an_impossible_number_in_an_address_is_not_found(db, client, number):
    client.force_login(make_user("dana", Role.DIRECTOR))
    for route in ROUTES:
        if "<int:" in route.pattern and not route.name.startswith("admin:"):
            path = "/" + re.sub(r"<\w+:\w+>", number, route.pattern)
            assert client.get(path).status_code in {400, 404, 405}, path
