"""The search columns of a name: written from the name by every way of saving, bulk creation too."""

from django.db import models

from . import names


class WordsField(models.CharField):
    """The folded words of the row's `given` and `family`."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = names.words_column(model_instance.given, model_instance.family)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, value)
        return value


class SoundsField(models.CharField):
    """How the words of the row's `given` and `family` sound."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = names.sounds_column(model_instance.given, model_instance.family)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, value)
        return value
