"""Two people at one page of the set-up: nobody's save wins in silence, and nothing is made twice."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from programs.models import Accreditation, GroupSlot, Room, Topic
from programs.tests.factories import (
    make_curriculum,
    make_group,
    make_location,
    make_posting,
    make_program,
    make_room,
    make_slot,
)
from staff.choices import Role
from staff.models import Credential, TimeAway
from staff.tests.factories import make_user
from web.tests.saving import opened, save

from .test_admin_site import MAKERS, registered, url

CHANGES = {
    "programs.accreditation": {"body": "Other"},
    "programs.closure": {"reason": "Flood"},
    "programs.curriculum": {"name": "Other"},
    "programs.group": {"capacity": 7},
    "programs.location": {"name": "Other"},
    "programs.policyvalue": {"value": "4"},
    "programs.posting": {"ends_on": date(2030, 1, 1)},
    "programs.program": {"is_part2": False},
    "programs.room": {"capacity": 7},
    "programs.servicetype": {"needs_leader": False},
    "programs.track": {"name": "Other"},
    "scheduling.attendancestatus": {"is_attended": True},
    "staff.credential": {"number": "Other"},
    "staff.credentialtype": {"title": "Other"},
    "staff.supervision": {"ends_on": date(2030, 1, 1)},
    "staff.timeaway": {"ends_on": date(2030, 1, 1)},
    "staff.user": {"last_name": "Other"},
}
TYPED = {"name": "Blue", "capacity": 12}


@pytest.fixture
def evening(db):
    return make_program("Evening IOP", location=make_location("Northside"), code="evening")


def director(name):
    user = make_user(name, Role.DIRECTOR)
    make_posting(user)
    return user


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def dana(evening):
    return signed_in(director("dana"))


@pytest.fixture
def bea(evening):
    """A second director."""
    return signed_in(director("bea"))


def text_of(answer):
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()))


def test_every_page_that_changes_a_row_is_tried_here():
    assert sorted({*registered()} - {"programs.leadrule"}) == sorted(CHANGES)


@pytest.mark.parametrize("label", CHANGES)
def test_every_page_is_stale_once_what_it_shows_was_changed_and_not_before(dana, evening, label):
    row = MAKERS[label]("1", evening)
    address = url(label, "change", row.pk)
    data = opened(dana, address)
    assert dana.post(address, data).status_code == 200  # nothing is typed, and so much is missing
    type(row).objects.filter(pk=row.pk).update(**CHANGES[label])
    answer = dana.post(address, data)
    assert (answer.status_code, "has changed since you opened it. Nothing of yours was saved." in text_of(answer)) == (
        409,
        True,
    )


def test_who_comes_second_is_told_who_saved_what_and_saves_over_it_knowing_that(dana, bea, evening):
    room = make_room(evening.location, "Red", capacity=8)
    address = url("programs.room", "change", room.pk)
    data = TYPED | opened(dana, address)
    assert save(bea, address, {"name": "Green", "capacity": 8}).status_code == 302
    late = dana.post(address, data)
    text = text_of(late)
    assert late.status_code == 409
    assert re.search(
        r"Bea \w+ saved this room at \d+:\d\d [AP]M, after you opened it\. Nothing of yours was saved\.", text
    )
    assert "Name: was Red, now Green" in text
    assert f'<a href="{address}">Open it as it is now</a>' in late.content.decode()
    assert 'value="Blue"' in late.content.decode()
    assert Room.objects.values_list("name", "capacity").get() == ("Green", 8)
    newer = {"version": re.search(r'name="version" value="([^"]+)"', late.content.decode())[1]}
    assert dana.post(address, TYPED | newer).status_code == 302
    assert Room.objects.values_list("name", "capacity").get() == ("Blue", 12)


def test_where_several_saved_since_each_is_named_beside_what_they_changed(dana, bea, evening):
    room = make_room(evening.location, "Red")
    address = url("programs.room", "change", room.pk)
    data = TYPED | opened(dana, address)
    save(bea, address, {"name": "Green", "capacity": ""})
    save(signed_in(director("cleo")), address, {"name": "Green", "capacity": "3"})
    text = text_of(dana.post(address, data))
    assert re.search(r"Cleo \w+ saved this room at", text)
    assert re.search(r"Cleo \w+: Capacity: was –, now 3 Bea \w+: Name: was Red, now Green", text)


def test_whoever_saved_in_another_window_is_told_that_it_was_themselves(dana, evening):
    room = make_room(evening.location, "Red")
    address = url("programs.room", "change", room.pk)
    data = TYPED | opened(dana, address)
    save(dana, address, {"name": "Green", "capacity": ""})
    assert "You, in another window, saved this room at" in text_of(dana.post(address, data))


def test_a_mistake_and_a_late_save_are_both_said_and_the_page_stays_late_until_it_is_told(dana, bea, evening):
    room = make_room(evening.location, "Red")
    address = url("programs.room", "change", room.pk)
    data = {"name": "", "capacity": ""} | opened(dana, address)
    save(bea, address, {"name": "Green", "capacity": ""})
    late = dana.post(address, data)
    assert (late.status_code, late.context["adminform"].form.errors) == (409, {"name": ["Enter the name."]})
    fresh = opened(dana, address)
    wrong = dana.post(address, {"name": "", "capacity": ""} | fresh)
    assert wrong.status_code == 200
    save(bea, address, {"name": "Gray", "capacity": ""})
    again = {"version": re.search(r'name="version" value="([^"]+)"', wrong.content.decode())[1]}
    assert dana.post(address, TYPED | again).status_code == 409


@pytest.mark.parametrize("version", ["", "x", "-", "9" * 5000, "٣-٣", "0" * 32 + "-9999999999999999"])
def test_a_damaged_version_is_a_late_save_and_never_an_error(dana, evening, version):
    room = make_room(evening.location, "Red")
    answer = dana.post(url("programs.room", "change", room.pk), TYPED | {"version": version})
    assert (answer.status_code, Room.objects.get().name) == (409, "Red")


def test_a_row_that_somebody_else_added_below_the_page_counts(dana, evening):
    group, curriculum = make_group(evening), make_curriculum(evening, topics=["First"])
    for label, row, add in [
        ("programs.group", group, lambda: make_slot(group)),
        ("programs.curriculum", curriculum, lambda: Topic.objects.create(curriculum=curriculum, position=2, title="B")),
    ]:
        data = opened(dana, url(label, "change", row.pk))
        add()
        assert dana.post(url(label, "change", row.pk), data).status_code == 409, label


def test_a_time_that_somebody_else_moved_below_the_page_counts(dana, evening):
    slot = make_slot(make_group(evening))
    address = url("programs.group", "change", slot.group_id)
    data = opened(dana, address)
    GroupSlot.objects.update(breaks="18:30-18:45")
    assert dana.post(address, data).status_code == 409


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("staff.credential", {"Credential, number"}),
        ("staff.timeaway", {"Time away, until"}),
        ("programs.posting", {"Posting, from"}),
    ],
)
def test_what_is_saved_on_a_row_s_own_page_is_named_on_the_person_s(dana, bea, evening, label, said):
    row = MAKERS[label]("1", evening)
    if label == "staff.timeaway":
        TimeAway.objects.update(starts_on=date(2040, 1, 1), ends_on=date(2040, 1, 2))
    make_posting(row.user, evening)
    data = opened(dana, url("staff.user", "change", row.user_id))
    typed = {
        "staff.credential": {"type": getattr(row, "type_id", ""), "number": "4711", "issued_on": "2026-03-02"},
        "staff.timeaway": {"starts_on": "2040-01-01", "ends_on": "2040-01-05", "kind": "vacation"},
        "programs.posting": {"user": row.user_id, "program": row.__dict__.get("program_id"), "starts_on": "2026-01-06"},
    }[label]
    address = url(label, "change", row.pk)
    assert save(bea, address, typed).status_code == 302, label
    late = dana.post(url("staff.user", "change", row.user_id), data)
    assert (late.status_code, len(late.context["stale"].lines) > 0) == (409, True)
    assert "Bea" in late.context["stale"].lines[0].who
    assert {line.what for line in late.context["stale"].lines} == said


def test_a_save_that_changed_nothing_makes_nobody_late(dana, bea, evening):
    room = make_room(evening.location, "Red")
    address = url("programs.room", "change", room.pk)
    data = TYPED | opened(dana, address)
    save(bea, address, {"name": "Red", "capacity": ""})
    assert dana.post(address, data).status_code == 302


def test_being_late_costs_the_same_for_1_and_30_changes(dana, bea, evening):
    room, found = make_room(evening.location, "Red"), []
    address = url("programs.room", "change", room.pk)
    for changes in (1, 30):
        data = TYPED | opened(dana, address)
        for number in range(changes):
            save(bea, address, {"name": f"Room {changes}.{number}", "capacity": ""})
        dana.post(address, data)
        with CaptureQueriesContext(connection) as captured:
            assert dana.post(address, data).status_code == 409
        found.append(len(captured))
    assert found[0] == found[1]


def test_a_second_press_of_a_page_that_adds_leads_to_what_the_first_made(dana, evening):
    address = url("programs.accreditation", "add")
    data = {"program": evening.pk, "body": "CARF", "number": "7", "starts_on": "2026-03-02"} | opened(dana, address)
    first, second = dana.post(address, data), dana.post(address, data)
    made = Accreditation.objects.get()
    assert (first.status_code, second.status_code, second.url) == (
        302, 303, url("programs.accreditation", "change", made.pk),
    )  # fmt: skip


def test_a_page_that_adds_keeps_its_key_until_it_has_made_something(dana, evening):
    address = url("programs.accreditation", "add")
    key = opened(dana, address)
    wrong = dana.post(address, {"program": evening.pk} | key)
    assert (wrong.status_code, dict(re.findall(r'name="(one_time_key)" value="([^"]+)"', wrong.content.decode()))) == (
        200,
        key,
    )


def test_somebody_else_s_or_a_damaged_key_makes_a_row_like_none(dana, bea, evening):
    address = url("programs.accreditation", "add")
    data = {"program": evening.pk, "body": "CARF", "number": "7", "starts_on": "2026-03-02"}
    for key in (opened(bea, address), {"one_time_key": "x" * 5000}, {}):
        assert dana.post(address, data | key).status_code == 302
    assert Accreditation.objects.count() == 3


def together(count, send):
    """The status codes of so many requests sent at the same moment."""
    barrier = Barrier(count)

    def one(number):
        try:
            client = signed_in(director(f"director{number}"))
            barrier.wait()
            return send(client, number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(one, range(count)))


def test_of_several_who_save_one_page_at_once_one_does_and_the_others_are_told(own_database):
    evening = make_program("Evening IOP", location=make_location("Northside"), code="evening")
    room = make_room(evening.location, "Red")
    address = url("programs.room", "change", room.pk)
    first = opened(signed_in(director("dana")), address)
    answers = together(
        4, lambda client, number: client.post(address, TYPED | {"name": f"R{number}"} | first).status_code
    )
    assert answers == [302, 409, 409, 409]


def test_a_person_s_page_and_a_row_s_own_page_saved_at_once_do_not_both_win(own_database):
    evening = make_program("Evening IOP", location=make_location("Northside"), code="evening")
    row = MAKERS["staff.credential"]("1", evening)
    make_posting(row.user, evening)
    dana = signed_in(director("dana"))
    own, persons = url("staff.credential", "change", row.pk), url("staff.user", "change", row.user_id)
    first = {own: opened(dana, own), persons: opened(dana, persons)}
    typed = {"type": row.type_id, "issued_on": "2026-03-02"}
    form = {f"{prefix}-{name}": 0 for prefix in ("postings", "supervised_by", "time_away") for name in (
        "TOTAL_FORMS", "INITIAL_FORMS",
    )}  # fmt: skip
    form |= {"credentials-TOTAL_FORMS": 1, "credentials-INITIAL_FORMS": 1, "credentials-0-id": row.pk}
    form |= {f"credentials-0-{name}": value for name, value in typed.items()} | {"credentials-0-number": "P"}
    form |= {"first_name": "A", "last_name": "B", "full_time_equivalent": "1", "roles": ["clinician"]}
    sent = [(own, typed | {"number": "O"} | first[own]), (persons, form | first[persons])]
    assert together(2, lambda client, number: client.post(*sent[number]).status_code) == [302, 409]
    assert Credential.objects.get().number in {"O", "P"}
