"""Fields that the database holds encrypted: newest of FIELD_KEYS to write, any of them to read."""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
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


class EncryptedTextField(models.TextField):
    """Text in Python, a Fernet token in the database. It cannot be searched: only `isnull` is a question."""

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else encrypt(self.to_text(value))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else self.from_text(decrypt(value))

    def value_to_string(self, obj: models.Model) -> str:
        """For `dumpdata`: encrypted as in the database."""
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def get_lookup(self, lookup_name: str) -> Any:
        """Equal texts differ once encrypted, so a comparison would find nothing and say so to nobody."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched.")
        return super().get_lookup(lookup_name)

    def to_text(self, value: Any) -> str:
        return str(value)

    def from_text(self, text: str) -> Any:
        return text


class EncryptedJSONField(EncryptedTextField):
    """Plain JSON in Python, encrypted like the text field."""

    _pyi_private_set_type: Any  # for mypy: anything that JSON holds
    _pyi_private_get_type: Any

    def to_text(self, value: Any) -> str:
        return json.dumps(value)

    def from_text(self, text: str) -> Any:
        return json.loads(text)
