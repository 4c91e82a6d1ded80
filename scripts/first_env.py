"""Write .env once, for a demo on this machine: DEMO=on and random secrets that nobody else has."""

import base64
import os
import secrets
from pathlib import Path

ENV = Path(__file__).resolve().parent.parent / ".env"

if not ENV.exists():
    lines = [
        "# Made once by `make run`. It is yours: git ignores it and nothing overwrites it.",
        "DEMO=on",
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"FIELD_KEYS={base64.urlsafe_b64encode(os.urandom(32)).decode()}",
        f"AUDIT_KEY={secrets.token_urlsafe(48)}",
    ]
    descriptor = os.open(ENV, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")
