"""A room knows only the rooms below it: imports, templates, foreign keys and migrations."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

from . import house

OURS = [room for room in house.LADDER if apps.is_installed(room)]


def test_no_file_imports_or_includes_a_room_above_its_own():
    assert [step for path in house.files(".py", ".html") for step in house.steps_up(path)] == []


def test_a_step_up_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(house, "BASE", tmp_path)
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit/models.py").write_text("from web.forms import ActionForm\nimport staff.models\n")
    (tmp_path / "audit/views.py").write_text("from ..web import doors\nfrom . import actions\n")
    (tmp_path / "templates/web").mkdir(parents=True)
    (tmp_path / "templates/web/list.html").write_text('{% include "staff/_me.html" %}')
    monkeypatch.setattr(house, "tag_libraries", dict)
    found = [
        step
        for name in ["audit/models.py", "audit/views.py", "templates/web/list.html"]
        for step in house.steps_up(Path(name))
    ]
    assert found == [
        "audit/models.py:1 audit reaches up to web",
        "audit/models.py:2 audit reaches up to staff",
        "audit/views.py:1 audit reaches up to web",
        "templates/web/list.html:0 web reaches up to staff",
    ]


@pytest.mark.parametrize("room", OURS)
def test_relations_and_migrations_point_down(room):
    position = house.LADDER.index(room)
    above = set(house.LADDER[position + 1 :])
    related = {
        field.related_model._meta.app_label
        for model in apps.get_app_config(room).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.OneToOneField | models.ManyToManyField)
    }
    loader = MigrationLoader(None)
    needed = {
        dependency[0]
        for key, migration in loader.disk_migrations.items()
        if key[0] == room
        for dependency in migration.dependencies
    }
    assert (related | needed) & above == set()


@pytest.mark.parametrize("room", ["audit", "web"])
def test_audit_and_web_keep_user_ids_as_plain_numbers(room):
    foreign = {
        field.related_model._meta.app_label
        for model in apps.get_app_config(room).get_models()
        for field in model._meta.get_fields(include_hidden=True)
        if field.is_relation and field.related_model
    }
    assert foreign <= {room}


def test_rooms_are_installed_in_the_order_of_the_ladder(settings):
    assert [room for room in house.LADDER if room in settings.ROOMS] == settings.ROOMS
