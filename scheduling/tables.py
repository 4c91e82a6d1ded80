from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property
from django_tables2 import Column, TemplateColumn

from programs import policy
from web.tables import ListTable


def cap_today(record: Any, table: "GroupTable") -> dict[str, int | None]:
    return {"cap": record.cap(table.book)}


class GroupTable(ListTable):
    """A row for each group; how full it is stands next to its name."""

    group = TemplateColumn(template_name="scheduling/_group_cell.html", order_by="name")
    members = TemplateColumn(
        template_name="scheduling/_members_cell.html", order_by="member_count", extra_context=cap_today
    )
    program = Column(order_by=("program__location__name", "program__name"))
    meets = TemplateColumn(template_name="scheduling/_meets_cell.html", orderable=False)
    room = Column(order_by="room__name")
    leads = TemplateColumn(template_name="scheduling/_leads_cell.html", orderable=False)

    class Meta(ListTable.Meta):
        pass

    @cached_property
    def book(self) -> policy.Book:
        """The policy of the programs on this page, in one query."""
        return policy.book({row.record.program_id for row in self.page.object_list}, timezone.localdate())

    def render_program(self, record: Any) -> str:
        return f"{record.program}, {record.program.location}"
