"""What the documents point at is there: pages, headings, pictures and files of the code."""

import re
from pathlib import Path

from . import house

PAGES = [path for path in house.files(".md") if path.stem.isupper() or path.parts[0] == "docs"]
PICTURES = [path for path in house.files(".png") if path.is_relative_to("docs/screenshots")]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FILE = re.compile(r"`([\w./-]+/[\w.-]+\.(?:py|html|csv|md|js|css))`")
FOLDERS = {path.parts[0] for path in house.files(".py", ".html", ".md") if len(path.parts) > 1}
MOST_BYTES = 130_000


def read(page: Path) -> str:
    return (house.BASE / page).read_text()


def links(page: Path) -> list[tuple[Path, str]]:
    """The file and heading of each link into the project; an empty name is the page itself."""
    inside = [link for link in LINK.findall(read(page)) if "://" not in link]
    split = [link.partition("#") for link in inside]
    return [(page.parent / name if name else page, heading) for name, _, heading in split]


def headings(page: Path) -> set[str]:
    """The headings as links name them."""
    found = re.findall(r"^#+ (.+)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def is_there(path: Path) -> bool:
    return (house.BASE / path).exists()


def test_every_link_of_a_document_leads_somewhere():
    assert [f"{page}: {target}" for page in PAGES for target, _ in links(page) if not is_there(target)] == []


def test_every_heading_a_document_links_to_is_there():
    named = [(page, target, heading) for page in PAGES for target, heading in links(page) if heading]
    assert [f"{page}: {target}#{name}" for page, target, name in named if name not in headings(target)] == []


def test_every_file_of_the_code_that_a_document_names_is_there():
    named = [(page, Path(name)) for page in PAGES for name in FILE.findall(read(page))]
    assert [f"{page}: {path}" for page, path in named if path.parts[0] in FOLDERS and not is_there(path)] == []


def test_every_picture_is_shown_in_a_document_and_small():
    shown = {(house.BASE / target).resolve() for page in PAGES for target, _ in links(page)}
    assert [str(path) for path in PICTURES if (house.BASE / path).resolve() not in shown] == []
    assert {path: size for path in PICTURES if (size := (house.BASE / path).stat().st_size) > MOST_BYTES} == {}


def test_every_decision_is_in_the_list_of_decisions():
    listed = [target.name for target, _ in links(Path("docs/decisions/README.md"))]
    written = [path.name for path in PAGES if path.is_relative_to("docs/decisions") and path.name != "README.md"]
    assert sorted(listed) == sorted(written)


def test_the_glossary_is_in_order_and_says_each_term_once():
    rows = re.findall(r"^\| ([^|]+) \|", read(Path("docs/glossary.md")), re.MULTILINE)
    terms = [row.lower() for row in rows if row != "term"]
    assert terms == sorted(set(terms))
