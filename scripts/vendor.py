#!/usr/bin/env python3
"""Fetch the front-end files again: Bootstrap's style sheet, the sprite of the icons that scripts/icons.txt names, and
the passkey scripts of the installed django-allauth as one file.

For maintainers, after a new version or a new icon; needs npm. Users need neither: the files are committed and locked.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from importlib import metadata
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
VENDOR = BASE / "static" / "vendor"
ICONS = BASE / "scripts" / "icons.txt"
BOOTSTRAP = "bootstrap@5.3.9"
BOOTSTRAP_ICONS = "bootstrap-icons@1.13.2"
ALLAUTH = "django-allauth"
PASSKEYS = [
    "mfa/static/mfa/js/webauthn-json.js",
    "mfa/static/mfa/js/webauthn.js",
    "account/static/account/js/onload.js",
]


def main() -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        bootstrap = fetch(BOOTSTRAP, Path(folder))
        icons = fetch(BOOTSTRAP_ICONS, Path(folder))
        style = (bootstrap / "dist/css/bootstrap.min.css").read_text()
        (VENDOR / "bootstrap.css").write_text(without_source_map(style))
        shutil.copyfile(bootstrap / "LICENSE", VENDOR / "bootstrap.LICENSE")
        (VENDOR / "icons.svg").write_text(sprite(icons / "icons", ICONS.read_text().split()))
        shutil.copyfile(icons / "LICENSE", VENDOR / "bootstrap-icons.LICENSE")
    (VENDOR / "passkeys.js").write_text(passkeys())
    license_text = metadata.distribution(ALLAUTH).read_text("licenses/LICENSE")
    (VENDOR / f"{ALLAUTH}.LICENSE").write_text(license_text)
    lock = {
        "from": [BOOTSTRAP, BOOTSTRAP_ICONS, f"{ALLAUTH}@{metadata.version(ALLAUTH)}"],
        "sha256": {path.name: digest(path) for path in sorted(VENDOR.iterdir())},
    }
    (VENDOR / "lock.json").write_text(json.dumps(lock, indent=2) + "\n")


def fetch(package: str, folder: Path) -> Path:
    """Unpack an exact version of an npm package into `folder`."""
    target = folder / package
    target.mkdir()
    command = ["npm", "pack", package, "--silent", "--pack-destination", str(target)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 (a constant command)
    (archive,) = target.glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extractall(target, filter="data")
    return target / "package"


def passkeys() -> str:
    """The passkey scripts of the installed django-allauth, in the order they need each other.

    A semicolon ends each: without it the next, which begins with a bracket, would be a call of the one before.
    """
    package = Path(str(metadata.distribution(ALLAUTH).locate_file("allauth")))
    return "".join(without_source_map((package / name).read_text()).rstrip() + ";\n" for name in PASSKEYS)


def without_source_map(text: str) -> str:
    """`text` without its source map comment: `collectstatic` stops at a map that is not there."""
    return re.sub(r"\s*(?:/\*|//) ?# sourceMappingURL=\S*(?:\s*\*/)?\s*$", "\n", text)


def sprite(folder: Path, names: list[str]) -> str:
    """One SVG file with a symbol for each icon; `folder` holds them as name.svg."""
    symbols = []
    for name in sorted(set(names)):
        drawing = (folder / f"{name}.svg").read_text()
        (shapes,) = re.findall(r"<svg[^>]*>(.*)</svg>", drawing, re.DOTALL)
        inside = re.sub(r"\s*\n\s*", "", shapes)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16" fill="currentColor">{inside}</symbol>\n')
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
