import django_filters
import pytest
from django.contrib.auth.models import Group

from web.filters import ListFilters


@pytest.mark.parametrize(
    "kind",
    [
        django_filters.CharFilter,
        django_filters.NumberFilter,
        django_filters.BaseInFilter,
        django_filters.AllValuesFilter,
        django_filters.RangeFilter,
    ],
)
def test_a_filter_that_takes_free_text_cannot_be_declared(kind):
    with pytest.raises(TypeError, match="search people by POST"):
        type("Filters", (ListFilters,), {"name": kind()})


def test_ids_choices_and_days_can_be_filtered():
    declared = {
        "role": django_filters.ModelChoiceFilter(queryset=Group.objects.none()),
        "state": django_filters.ChoiceFilter(choices=[("a", "A")]),
        "mine": django_filters.BooleanFilter(),
        "day": django_filters.DateFilter(),
    }
    assert list(type("Filters", (ListFilters,), declared).base_filters) == ["role", "state", "mine", "day"]
