"""The one list page: sorted by its declared columns, filtered by ids and choices, fifty rows at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import EmptyPage, Page
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django_tables2.paginators import LazyPaginator

from audit.actions import record_read

from .filters import ListFilters
from .pages import is_fragment, page
from .tables import ListTable

PER_PAGE, MOST_PAGES = 50, 40


@dataclass(frozen=True)
class Empty:
    """What an empty list says: what the emptiness means, and where to go."""

    heading: str
    text: str
    url: str = ""
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list page as a declaration.

    `rows` are already those visible to the user. `patient_of` gives the id of the patient a row names; then the look is
    recorded, as a look at `record_class`, before the page answers.
    """

    title: str
    rows: QuerySet[Any]
    table: type[ListTable]
    nothing_yet: Empty
    filters: type[ListFilters] | None = None
    crumb: str = ""
    lede: str = ""
    patient_of: Callable[[Any], int | None] | None = None
    record_class: str = ""
    about: Model | None = None
    template: str = "web/list.html"


class ListPaginator(LazyPaginator):
    """Counts nothing and ends after MOST_PAGES; `cut` says that there was more."""

    cut = False
    _num_pages: int

    def page(self, number: int) -> Page:
        found = super().page(number)
        self.cut = self._num_pages > MOST_PAGES
        self._num_pages = min(self._num_pages, MOST_PAGES)
        return found


def list_page(request: HttpRequest, listing: Listing, **context: Any) -> HttpResponse:
    """Answer with the listing's page, or with the part below its heading when htmx asks for it."""
    chosen = listing.filters(request.GET, queryset=listing.rows, request=request) if listing.filters else None
    table = listing.table(chosen.qs if chosen else listing.rows, order_by=request.GET.get("sort", ""))
    _turn_to(table, request.GET.get("page", ""))
    _record(request, listing, table)
    template = f"{listing.template}#list" if is_fragment(request) else listing.template
    return page(request, template, listing=listing, table=table, filter=chosen, **context)


def _turn_to(table: ListTable, asked: str) -> None:
    """The page that was asked for; the first where that is no number, the last where there are not so many."""
    number = min(max(int(asked[:9]), 1), MOST_PAGES) if asked.isdecimal() else 1
    try:
        table.paginate(paginator_class=ListPaginator, per_page=PER_PAGE, page=number)
    except EmptyPage:
        count = table.data.data[: PER_PAGE * MOST_PAGES].count()
        table.paginate(paginator_class=ListPaginator, per_page=PER_PAGE, page=max(-(-count // PER_PAGE), 1))


def _record(request: HttpRequest, listing: Listing, table: ListTable) -> None:
    """Whose names the page shows, before it shows them."""
    if listing.patient_of is None:
        return
    shown = {listing.patient_of(row.record) for row in table.page.object_list} - {None}
    if shown:
        record_read(
            action="list", by=request.user, about=listing.about, patients=shown, record_class=listing.record_class,
            content={"route": request.resolver_match.view_name if request.resolver_match else ""},
        )  # fmt: skip
