from web.doors import PUBLIC, Door
from web.navigation import Item

DOORS = {"inner:": Door("staff.use_admin"), "account_elsewhere": PUBLIC}
NAVIGATION = [
    Item("Today", "home", "sun"),
    Item("Plain", "plain", "list", "staff.use_admin"),
    Item("People", "names", "people"),
]
