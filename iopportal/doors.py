"""Who may open the pages of the libraries: their views cannot carry our mark, so their route names stand here."""

from web.doors import PUBLIC, SIGNED_IN, Door

LIBRARY_DOORS: dict[str, Door] = {
    "account_login": PUBLIC,
    "account_logout": SIGNED_IN,
    "admin:": Door("staff.use_admin"),
}
