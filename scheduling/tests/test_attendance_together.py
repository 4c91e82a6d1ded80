from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from scheduling.actions import log_attendance
from scheduling.marks import HERE, Mark, Seen
from scheduling.models import Attendance
from staff.tests.factories import make_user
from web.refusals import Stale

from .rolls import Evening, make_evening


def today():
    return timezone.now().astimezone(ZoneInfo("America/New_York")).date()


def saved() -> dict[str, tuple[str, int]]:
    rows = Attendance.objects.filter(status__isnull=False).select_related("status", "episode__patient")
    return {row.episode.patient.given: (row.status.code, row.net_minutes) for row in rows}


def together(*works: Callable[[], None]) -> list[Exception]:
    """Run each in a thread of its own, all at once; the errors they end with."""
    start, errors = Barrier(len(works)), []

    def run(work: Callable[[], None]) -> None:
        try:
            start.wait()
            work()
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def write(evening: Evening, given: str, mark: Mark, *, by) -> Callable[[], None]:
    opened = Seen(0, {})
    episode = evening.people[given].pk
    at: datetime = timezone.now()
    return lambda: log_attendance(session=evening.session, marks={episode: mark}, seen=opened, by=by, at=at)


def test_eight_people_saving_different_rows_at_once_all_succeed(own_database):
    evening = make_evening(today())
    names = list(evening.people)[:8]
    assert together(*(write(evening, given, Mark(HERE), by=evening.rae) for given in names)) == []
    assert saved() == dict.fromkeys(names, ("P", 90))


def test_of_two_people_saving_one_row_at_once_the_second_is_stale(own_database):
    evening, kim = make_evening(today()), make_user("kim")
    (error,) = together(write(evening, "Theo", Mark("NS"), by=kim), write(evening, "Theo", Mark(HERE), by=evening.rae))
    assert isinstance(error, Stale)
    assert len(saved()) == 1
