import pytest
from django.urls import get_resolver, resolve

from web.doors import PUBLIC, SIGNED_IN, Door, every_route, mark_of

from .factories import make_person


@pytest.mark.parametrize(
    ("address", "mark"),
    [
        ("/plain/", SIGNED_IN),
        ("/public/", PUBLIC),
        ("/set-up/", Door("staff.use_admin")),
        ("/wrapped/", SIGNED_IN),
        ("/covered/", SIGNED_IN),
        ("/shown/", SIGNED_IN),
        ("/open/", PUBLIC),
        ("/inner/table/", Door("staff.use_admin")),
        ("/inner/marked/", SIGNED_IN),
        ("/unmarked/", None),
    ],
)
def test_a_mark_is_found_on_the_view_or_in_the_table_of_libraries(address, mark):
    assert mark_of(resolve(address)) == mark


def test_a_mark_is_found_from_a_pattern_too():
    patterns = {pattern.name: pattern for pattern in get_resolver("web.urls").url_patterns}
    assert {name: mark_of(pattern) for name, pattern in patterns.items()} == {"healthz": PUBLIC, "readyz": PUBLIC}


def test_every_route_is_listed_with_its_full_name_and_its_methods():
    routes = {route.name: route for route in every_route()}
    assert routes["inner:table"].pattern == "inner/table/"
    assert routes["inner:table"].door == Door("staff.use_admin")
    assert routes["unmarked"].door is None
    assert routes["shown"].methods == ("GET", "OPTIONS")
    assert routes["plain"].methods is None


def test_a_door_admits_by_permission(db):
    director, clinician = make_person("dana", "staff.use_admin"), make_person("rae")
    assert [Door("staff.use_admin").admits(person) for person in (director, clinician)] == [True, False]
