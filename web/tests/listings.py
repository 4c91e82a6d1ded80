import django_filters
import django_tables2
from django.contrib.auth import get_user_model

from web.filters import ListFilters
from web.lists import Empty, Listing, list_page
from web.tables import ListTable


class NameFilters(ListFilters):
    is_active = django_filters.ChoiceFilter(label="State", choices=[("True", "Active"), ("False", "Left")])


class NameTable(ListTable):
    last_name = django_tables2.Column(verbose_name="Name")
    first_name = django_tables2.Column(orderable=False)

    class Meta(ListTable.Meta):
        order_by = "last_name"


def names(request):
    """Everyone called “Row”, as if each were a patient."""
    listing = Listing(
        title="People",
        rows=get_user_model().objects.filter(first_name="Row"),
        table=NameTable,
        filters=NameFilters,
        nothing_yet=Empty("Nobody is here yet", "Invite somebody first.", "/plain/", "Invite"),
        patient_of=lambda person: person.pk,
        record_class="demographics",
    )
    return list_page(request, listing)
