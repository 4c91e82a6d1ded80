from django.contrib import admin

from programs.models import Program

from .bases import PlacedAdmin, RelatedOnly


@admin.register(Program)
class ProgramAdmin(PlacedAdmin):
    fields = [
        "location", "name", "code", "focus", "population", "level_of_care", "is_part2", "opens_on", "retired_on",
    ]  # fmt: skip
    list_display = ["name", "location", "focus", "population", "level_of_care", "opens_on", "retired_on"]
    list_filter = [("location", RelatedOnly), "focus", "population"]
    list_select_related = ["location"]
    search_fields = ["name", "code", "location__name"]
    ordering = ["location__name", "name"]
    nothing_yet = "No program yet. Add one, or import a timetable, which makes programs with their groups and hours."
