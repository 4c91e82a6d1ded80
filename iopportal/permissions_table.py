"""Who may open what: the marks of all views against the permissions of all roles, as docs/permissions.md shows it."""

from staff.choices import Role
from web.doors import Door, Route, every_route

from .roles import ROLES_BY_PERMISSION

HEAD = """\
# Who may open what

Made by `make permissions` from the marks of the views and `iopportal/roles.py`; a test fails when it is not up to date.
A role that may open an address still sees only the rows in its scope: outside it the answer is 404. A superuser may
open everything. A deputy has the director's permissions while the posting is in force.
"""


def as_markdown() -> str:
    """The whole document."""
    routes = [route for route in every_route() if not route.name.startswith("admin:")]
    titles = " | ".join(role.label for role in Role)
    lines = [HEAD, f"| address | {titles} |", "|---" * (len(Role) + 1) + "|"]
    lines += [f"| `/{route.pattern}` | {' | '.join(cells(route))} |" for route in routes]
    lines += [f"| `/admin/…` | {' | '.join(cells(Route('', '', Door('staff.use_admin'), None)))} |", ""]
    lines += ["## Permissions", "", f"| permission | {titles} |", "|---" * (len(Role) + 1) + "|"]
    for permission in sorted(ROLES_BY_PERMISSION):
        lines.append(f"| `{permission}` | {' | '.join(cells(Route('', '', Door(permission), None)))} |")
    return "\n".join(lines) + "\n"


def cells(route: Route) -> list[str]:
    """One word for each role: yes, or a dash; everyone, also signed out, where the page is public."""
    if route.door is None:
        return ["refused"] * len(Role)
    if route.door.public:
        return ["public"] * len(Role)
    return ["yes" if may_open(route.door, role) else "–" for role in Role]


def may_open(door: Door, role: Role) -> bool:
    """Whether a role may open a page with this mark, once signed in."""
    return door.public or door.permission is None or role in ROLES_BY_PERMISSION.get(door.permission, set())
