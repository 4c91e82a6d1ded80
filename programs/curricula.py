"""The order of a curriculum's topics. Pure: no models, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where a topic was put: `position` as typed, `was` its number before (None: it is new), and whether it is over."""

    key: int
    position: int
    was: int | None = None
    is_retired: bool = False

    @property
    def direction(self) -> int:
        """−1 for what came up or in, 1 for what went down: at one number the mover gets the place it was sent to."""
        if self.was is None or self.position < self.was:
            return -1
        return int(self.position > self.was)


def in_order(places: Iterable[Place]) -> list[int]:
    """The keys in their order, from which they are numbered 1, 2, 3…; retired topics stand last."""
    return [
        place.key
        for place in sorted(
            places, key=lambda one: (one.is_retired, one.position, one.direction, one.was or 0, one.key)
        )
    ]
