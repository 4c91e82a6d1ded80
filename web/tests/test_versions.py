from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from audit.actions import record
from web.refusals import Side, Stale
from web.versions import count_up, require_version

from .factories import make_person, versioned_table


def write(memo_class, pk, text, version):
    """A verb of two: find under lock, refuse what is stale, change."""
    with transaction.atomic():
        row = memo_class.objects.select_for_update().get(pk=pk)
        require_version(row, version, mine={"Text": text}, theirs={"Text": row.text}, url="/plain/")
        row.text = text
        count_up(row)
        row.save()


def test_of_two_writers_at_once_one_is_told_that_the_other_was_first(own_database):
    with versioned_table() as memo_class:
        row = memo_class.objects.create(text="as it was")
        barrier, outcomes = Barrier(2), []

        def writer(text):
            barrier.wait()
            try:
                write(memo_class, row.pk, text, version=1)
                outcomes.append(("saved", text))
            except Stale as stale:
                outcomes.append(("stale", stale.sides[0].mine, stale.sides[0].theirs, stale.version))
            finally:
                connection.close()

        threads = [Thread(target=writer, args=[text]) for text in ("by rae", "by ines")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        row.refresh_from_db()
        lost = "by rae" if row.text == "by ines" else "by ines"
        assert sorted(outcomes) == [("saved", row.text), ("stale", lost, row.text, 2)]
        assert row.version == 2


@pytest.mark.parametrize("submitted", [None, 0, 2])
def test_any_other_version_is_stale_and_tells_who_saved_last(db, submitted):
    ines = make_person("ines", first_name="Ines", last_name="Duarte")
    with transaction.atomic():
        record(action="named", by=ines, about=ines)
    ines.version = 1
    with pytest.raises(Stale) as caught:
        require_version(ines, submitted, mine={"Name": "Ina"}, theirs={"Name": "Ines"}, url="/plain/")
    stale = caught.value
    assert (stale.sides, stale.by, stale.url) == ([Side("Name", "Ina", "Ines")], "Ines Duarte", "/plain/")


def test_the_version_that_was_read_passes(db):
    ines = make_person("ines")
    ines.version = 3
    require_version(ines, 3, mine={}, theirs={}, url="/")
