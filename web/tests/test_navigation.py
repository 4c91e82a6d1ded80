import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines

from web.context_processors import frame
from web.navigation import Entry, shown_to

from .factories import make_person


def request_of(rf, user, path="/names/"):
    request = rf.get(path)
    request.user = user
    return request


def test_the_rail_leaves_out_what_the_user_may_not_open(rf, db):
    assert [entry.label for entry in shown_to(request_of(rf, make_person()))] == ["Today", "People"]
    director = make_person("dana", "staff.use_admin")
    assert [entry.label for entry in shown_to(request_of(rf, director))] == ["Today", "Plain", "People"]


@pytest.mark.parametrize(
    ("path", "current"), [("/names/", "People"), ("/names/7/", "People"), ("/", "Today"), ("/elsewhere/", None)]
)
def test_the_rail_marks_where_the_page_stands(rf, db, path, current):
    entries = shown_to(request_of(rf, make_person(), path))
    assert [entry.label for entry in entries if entry.current] == ([current] if current else [])


def test_the_rail_is_empty_for_who_is_signed_out(rf):
    assert shown_to(request_of(rf, AnonymousUser())) == []
    assert shown_to(rf.get("/")) == []


def test_the_frame_asks_the_database_nothing_but_permissions(rf, db, django_assert_num_queries):
    person = make_person()
    with django_assert_num_queries(0):
        context = frame(request_of(rf, person))
    person.has_perm("staff.use_admin")  # as the door has asked before
    with django_assert_num_queries(0):
        assert list(context["navigation"]) == [
            Entry("Today", "/", "sun", current=False),
            Entry("People", "/names/", "people", current=True),
        ]


@pytest.mark.parametrize("demo", [True, False])
def test_the_demo_says_so_on_every_page(rf, db, settings, demo):
    settings.DEMO = demo
    html = engines["django"].get_template("base.html").render({}, request_of(rf, make_person()))
    assert ("Do not enter real patient data." in html) is demo
