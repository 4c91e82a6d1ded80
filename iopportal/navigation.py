"""The rail, in the order of a working day. Only pages that exist stand here; each shows to those who may open it."""

from web.navigation import Item

NAVIGATION: list[Item] = [
    Item("Today", "today", "sun"),
    Item("Patients", "patients", "person-vcard", "patients.find_patients"),
    Item("Groups", "groups", "people", "scheduling.view_schedule"),
    Item("Worklists", "worklists", "list-check"),
    Item("Set-up", "admin:index", "sliders", "staff.use_admin"),
]
