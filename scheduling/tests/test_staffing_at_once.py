from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections
from django.test import Client

from programs.tests.factories import make_posting, make_program
from scheduling.tests.factories import make_clinician, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user


def shown(client, address, group):
    """What the page sends when nobody touches it."""
    form = client.get(address).context["form"]
    return {"version": form["version"].value(), f"g{group.pk}-was": form.rows[0]["was"].value(), "act": "save"}


def test_two_at_once_on_one_group_give_one_change_and_one_page_of_both(own_database):
    program = make_program()
    dana = make_user("dana", Role.DIRECTOR)
    people = [make_clinician(name) for name in ("rae", "kim")]
    for person in (dana, *people):
        make_posting(person, program)
    group = make_weekly_group(program)
    address = f"/programs/{program.pk}/staffing/"
    first = Client()
    first.force_login(dana)
    opened = shown(first, address, group)
    barrier = Barrier(2)

    def submit(person):
        client = Client()
        client.force_login(dana)
        barrier.wait()
        try:
            return client.post(address, opened | {f"g{group.pk}-lead": person.pk}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(submit, people)) == [302, 409]
    assert group.leaders.count() == 1
