from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet


class ListTable(tables.Table):
    """The base of every list's table. It sorts by its columns, unless one says `orderable=False`.

    The first column says what the row is and becomes the row's heading. Inherit `ListTable.Meta` in an own Meta.
    """

    class Meta:
        template_name = "web/table.html"
        attrs = {"class": "table"}
        order_by_field = "sort"
        default = "–"

    def __init__(self, data: QuerySet[Any], **options: Any) -> None:
        """Rows that sort alike keep one order, or a page could show a row twice and another never."""
        super().__init__(data, **options)
        rows: QuerySet[Any] = self.data.data
        order = rows.query.order_by or rows.model._meta.ordering
        self.data.data = rows.order_by(*order, "pk")


class NumberColumn(tables.Column):
    """Figures stand right."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"attrs": {"th": {"class": "r"}, "td": {"class": "r num"}}} | options)
