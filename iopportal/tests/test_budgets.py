"""Sizes that keep the code readable: docs/architecture.md says why."""

import ast
import statistics

from django.conf import settings

from . import house

FILE, FUNCTION, TYPICAL, VIEW, TEMPLATE = 300, 50, 23, 15, 120

CODE = [
    path
    for path in house.files(".py")
    if path.parts[0] in house.LADDER and not house.is_test(path) and "migrations" not in path.parts
]


def lines_of(path) -> int:
    return len((settings.BASE_DIR / path).read_text().splitlines())


def functions_of(path):
    for node in ast.walk(house.tree(path)):
        if isinstance(node, ast.FunctionDef):
            first = node.body[0]
            has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            start = first.end_lineno + 1 if has_docstring else first.lineno
            yield node.name, node.end_lineno - start + 1


def is_view(path) -> bool:
    return path.name == "views.py" or "views" in path.parts


def test_no_file_is_longer_than_its_budget():
    assert {path: n for path in CODE if (n := lines_of(path)) > FILE and path.name != "settings.py"} == {}


def test_no_function_is_longer_than_its_budget():
    long = {
        f"{path} {name}": size
        for path in CODE
        for name, size in functions_of(path)
        if size > (VIEW if is_view(path) else FUNCTION)
    }
    assert long == {}


def test_nine_functions_in_ten_are_short():
    sizes = [size for path in CODE for _, size in functions_of(path)]
    assert statistics.quantiles(sizes, n=10)[-1] <= TYPICAL


def test_no_template_is_longer_than_its_budget():
    assert {path: n for path in house.files(".html") if (n := lines_of(path)) > TEMPLATE} == {}


def test_no_room_listens_to_signals_for_its_own_business():
    listeners = [
        str(path)
        for path in CODE
        for node in ast.walk(house.tree(path))
        if isinstance(node, ast.FunctionDef) and any("receiver" in ast.unparse(mark) for mark in node.decorator_list)
    ]
    assert listeners == []
