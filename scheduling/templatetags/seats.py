from typing import Any

from django import template

register = template.Library()
MOST = 24
STEP = 9


@register.inclusion_tag("scheduling/_seats.html")
def seats(taken: int, cap: int | None) -> dict[str, Any]:
    """One dot a seat, filled when it is taken, with the numbers in words beside it."""
    drawn = cap if cap is not None and cap <= MOST else 0
    dots = [{"x": 4.5 + STEP * place, "on": place < taken} for place in range(drawn)]
    return {"taken": taken, "cap": cap, "dots": dots, "width": STEP * drawn}
