import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class UnreadableField(Exception):
    """None of FIELD_KEYS opens the value: a key is missing from the environment."""


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def encrypt(text: str) -> str:
    """Encrypt with the newest of FIELD_KEYS."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypt with whichever of FIELD_KEYS fits; raises UnreadableField when none does."""
    try:
        return _keys().decrypt(token.encode()).decode()
    except InvalidToken:
        raise UnreadableField("FIELD_KEYS does not hold the key this value was written with.") from None


class EncryptedJSONField(models.TextField):
    """Plain JSON in Python, a Fernet token in the database; it cannot be searched."""

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else encrypt(json.dumps(value))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(decrypt(value))

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""
