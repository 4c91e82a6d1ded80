"""The rail, in the order of a working day. Only pages that exist stand here; each shows to those who may open it."""

from web.navigation import Item

NAVIGATION: list[Item] = []
