"""The house as the tests read it: rooms in their order, and every file that git would keep."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

BASE = Path(settings.BASE_DIR)
LADDER = [
    "audit", "web", "staff", "signing", "programs", "patients", "plans", "scheduling", "notes", "dashboard", "reports",
    "iopportal",
]  # fmt: skip
TEMPLATE_STEP = re.compile(r"""{%\s*(?:include|extends)\s+["'](\w+)/""")
TAG_STEP = re.compile(r"{%\s*load\s+([^%]+?)\s*%}")


def files(*suffixes: str) -> list[Path]:
    """Every tracked or new file with one of the suffixes, relative to the project."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listing = subprocess.run(command, cwd=BASE, capture_output=True, text=True, check=True).stdout.splitlines()
    return [Path(name) for name in listing if name.endswith(suffixes) and (BASE / name).is_file()]


def is_test(path: Path) -> bool:
    return "tests" in path.parts or path.name == "conftest.py"


def tree(path: Path) -> ast.Module:
    return ast.parse((BASE / path).read_text(), str(path))


def imported_rooms(path: Path) -> Iterator[tuple[int, str]]:
    """Line and room of each import in a Python file, relative ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = list(path.parts[: len(path.parts) - node.level]) if node.level else []
            names = [".".join([*above, node.module or ""])]
        else:
            continue
        for name in names:
            room = name.split(".")[0]
            if room in LADDER:
                yield node.lineno, room


def room_of_template(path: Path) -> str:
    return path.parts[1] if len(path.parts) > 2 else ""


def tag_libraries() -> dict[str, str]:
    """Room of each template tag library of ours."""
    return {
        path.stem: path.parts[0] for path in files(".py") if "templatetags" in path.parts and path.stem != "__init__"
    }


def steps_up(path: Path) -> list[str]:
    """The steps up the ladder that one Python file or template takes."""
    if path.suffix == ".py":
        room = path.parts[0]
        seen = imported_rooms(path) if room in LADDER else iter(())
    else:
        room, text = room_of_template(path), (BASE / path).read_text()
        libraries = tag_libraries()
        loads = [libraries[name] for names in TAG_STEP.findall(text) for name in names.split() if name in libraries]
        seen = ((0, target) for target in TEMPLATE_STEP.findall(text) + loads)
    return [
        f"{path}:{line} {room} reaches up to {target}"
        for line, target in seen
        if room in LADDER and target in LADDER and LADDER.index(target) > LADDER.index(room)
    ]
