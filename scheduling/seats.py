"""How many a group may have on a day (R-26, R-27); `Group.cap` decides."""

from datetime import date

from programs.models import Group, PolicyValue
from programs.policy import Book


class Caps:
    """The cap of a group on any day, in one query for all days."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._values = list(PolicyValue.objects.applying_to([group.program_id]).order_by("starts_on"))

    def on(self, day: date) -> int | None:
        """Seats on `day`; None: no cap."""
        begun = [value for value in self._values if value.starts_on <= day]
        return self._group.cap(Book([self._group.program_id], day, begun))
