"""How many a group may have on a day (R-26, R-27)."""

from datetime import date

from programs.models import Group, PolicyValue
from programs.policy import Book


class Caps:
    """The cap of a group on any day, in one query: its own capacity, or the policy's for its service on that day."""

    def __init__(self, group: Group) -> None:
        self._group = group
        own = group.capacity is not None
        self._values = [] if own else list(PolicyValue.objects.applying_to([group.program_id]).order_by("starts_on"))

    def on(self, day: date) -> int | None:
        """Seats on `day`; None: no cap."""
        if self._group.capacity is not None:
            return self._group.capacity
        begun = [value for value in self._values if value.starts_on <= day]
        return Book([self._group.program_id], day, begun).group_cap(
            self._group.program_id, self._group.service.cap_class
        )
