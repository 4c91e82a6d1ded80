"""How events are sealed: each seal covers the event and the seal before it."""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings

from .models import Event

GENESIS = "0" * 64
SEALED = [
    "sequence", "actor_id", "actor_name", "action", "object_type", "object_id", "patient_id", "record_class", "outcome",
    "reason", "request_id", "address", "content", "previous",
]  # fmt: skip


def canonical(event: Event, patients: Iterable[int]) -> bytes:
    """The bytes that are sealed: JSON with sorted keys, UTC times to the microsecond, sorted patient ids."""
    values: dict[str, Any] = {name: getattr(event, name) for name in SEALED}
    values["at"] = event.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    values["patients"] = sorted(set(patients))
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def seal(event: Event, patients: Iterable[int]) -> str:
    """HMAC-SHA256 over the canonical bytes, 64 hexadecimal digits."""
    return hmac.new(settings.AUDIT_KEY.encode(), canonical(event, patients), hashlib.sha256).hexdigest()
