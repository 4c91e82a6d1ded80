"""Filters of lists: addresses hold ids, choices and days, and never what somebody typed."""

import django_filters as filters

ALLOWED = (
    filters.ChoiceFilter,
    filters.MultipleChoiceFilter,
    filters.ModelChoiceFilter,
    filters.BooleanFilter,
    filters.DateFilter,
)
REFUSED = (filters.AllValuesFilter, filters.AllValuesMultipleFilter)  # choices made of what the rows say


class ListFilters(filters.FilterSet):
    """The base of every list's filters. A filter that takes free text ends the start with TypeError."""

    @classmethod
    def get_filters(cls) -> dict[str, filters.Filter]:
        found = super().get_filters()
        for name, one in found.items():
            if not isinstance(one, ALLOWED) or isinstance(one, REFUSED):
                raise TypeError(
                    f"{cls.__name__}.{name}: a filter holds an id, a choice or a day; search people by POST."
                )
        return found

    @property
    def narrows(self) -> bool:
        """Whether anything is chosen."""
        return bool(self.form.changed_data)
