from django_filters import ModelChoiceFilter

from patients.filters import programs_in_scope
from programs.models import Group
from web.filters import ListFilters


class GroupFilters(ListFilters):
    """Groups by program."""

    program = ModelChoiceFilter(label="Program", queryset=programs_in_scope, empty_label="Any program")

    class Meta:
        model = Group
        fields = ["program"]
