"""The admin's forms, saved by several at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from programs.models import PolicyValue, Track
from programs.tests.factories import make_posting, make_program
from staff.choices import Role
from staff.tests.factories import make_user

AT_ONCE = 4


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (PolicyValue, {"key": "min_day_minutes", "value": "0", "starts_on": "2026-12-01", "citation": "Manual"}),
        (Track, {"name": "Day", "phases-TOTAL_FORMS": 0, "phases-INITIAL_FORMS": 0}),
    ],
)
def test_of_several_who_save_the_same_one_does_and_the_others_are_told(own_database, model, data):
    program, dana = make_program(), make_user("dana", Role.DIRECTOR)
    make_posting(dana)
    together = Barrier(AT_ONCE)

    def save(_):
        try:
            client = Client()
            client.force_login(dana)
            together.wait()
            address = f"/admin/programs/{model._meta.model_name}/add/"
            return client.post(address, data | {"program": program.pk}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = sorted(pool.map(save, range(AT_ONCE)))
    assert (answers, model.objects.filter(program=program).count()) == ([200, 200, 200, 302], 1)
