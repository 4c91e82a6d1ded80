import datetime as dt

from django.template import Context, Template
from django.utils import timezone


def test_dates_and_times_are_written_the_us_way_on_every_page():
    with timezone.override("America/New_York"):
        shown = Template("{{ at|date }} · {{ at|time }} · {{ at }} · {{ number }}").render(
            Context({"at": dt.datetime(2026, 11, 21, 0, 15, tzinfo=dt.UTC), "number": 1140})
        )
    assert shown == "Nov 20, 2026 · 7:15 PM · Fri Nov 20, 2026, 7:15 PM · 1140"
