"""What groups teach: a curriculum's topics in order, numbered anew at every save."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from programs import rules
from programs.curricula import Place, in_order
from programs.models import Curriculum, Group, Topic
from web.admin import DistinctRows, PortalInline
from web.refusals import Refusal

from .bases import ReachAdmin, ReachForm, RelatedOnly

AT_THE_END = 32_767  # the largest number the column holds


class CurriculumForm(ReachForm):
    def refusal(self, data: dict[str, Any]) -> Refusal | None:
        """One of the whole provider is taught everywhere, so it belongs to who directs everything."""
        program, day = data.get("program"), timezone.localdate()
        return rules.directs(self.user, program, day) if program else rules.may_set_for_all(self.user, day)


class TopicForm(forms.ModelForm):
    position = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=AT_THE_END,
        help_text="Type a number to move a topic there; the others make room. Empty: at the end.",
    )

    def save(self, commit: bool = True) -> Topic:
        self.instance.position = self.instance.position or AT_THE_END
        topic: Topic = super().save(commit)
        return topic


class Topics(DistinctRows):
    distinct = ("title",)
    twice = "This curriculum has a topic of this title already. Give one of the two another title."


class TopicInline(PortalInline):
    model = Topic
    form = TopicForm
    formset = Topics
    fields = ["position", "title", "aims", "retired_on"]
    extra = 1
    verbose_name_plural = "topics, in order"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "aims":
            field.widget.attrs["rows"] = 2
        return field


@admin.register(Curriculum)
class CurriculumAdmin(ReachAdmin):
    form = CurriculumForm
    fields = ["program", "name", "retired_on", "taught_by"]
    readonly_fields = ["taught_by"]
    inlines = [TopicInline]
    list_display = ["name", "program", "retired_on"]
    list_filter = [("program", RelatedOnly)]
    list_select_related = ["program"]
    search_fields = ["name", "program__name", "topics__title"]
    ordering = ["name", "pk"]
    nothing_yet = "No curriculum yet. Add one for each course of topics that groups teach in order."

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if isinstance(obj, Curriculum) and obj.program_id is None:
            allowed = request.user.has_perm("programs.change_curriculum")
            return allowed and rules.may_set_for_all(request.user, timezone.localdate()) is None
        return super().has_change_permission(request, obj)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Curriculum | None:
        """SECURITY: one of the whole provider is taught by groups of programs that its reader may not see."""
        found: Curriculum | None = super().get_object(request, object_id, from_field)
        if found:
            theirs = Group.objects.set_up_by(request.user, timezone.localdate()).filter(curriculum=found)
            found.groups_in_sight = theirs.select_related("program").order_by("program__name", "name")  # type: ignore[attr-defined]
        return found

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        moved = {row.instance.pk: row.initial.get("position") for formset in formsets for row in formset.forms}
        if numbers := renumber(form.instance, moved):
            self.note(request, form.instance, "changed", [{"of": "programs.topic", "fields": numbers}])

    @admin.display(description="taught by")
    def taught_by(self, curriculum: Curriculum) -> str:
        """The groups that teach it, each a link to its set-up."""
        groups = getattr(curriculum, "groups_in_sight", ())
        links = [(reverse("admin:programs_group_change", args=[row.pk]), row, row.program) for row in groups]
        if not links:
            return "No group yet. Choose the curriculum on a group's page."
        return format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}</a>, {}</li>', links))


def renumber(curriculum: Curriculum, was: dict[int, int | None]) -> dict[str, dict[str, str]]:
    """Number the topics from 1, each where it was put; `was` is the number before by id. Gives what else moved."""
    day = timezone.localdate()
    topics = {topic.pk: topic for topic in curriculum.topics.all()}
    places = [
        Place(topic.pk, topic.position, was.get(topic.pk), not topic.is_active_on(day)) for topic in topics.values()
    ]
    moved = {}
    for number, key in enumerate(in_order(places), start=1):
        if (topic := topics[key]).position != number:
            moved[f"place of {topic}"] = {"old": str(was.get(key) or ""), "new": str(number)}
            topic.position = number
    Topic.objects.bulk_update(topics.values(), ["position"])
    return moved
