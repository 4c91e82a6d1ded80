"""The portal's settings in the tests' own environment."""

from .environment import prepare

prepare()

from iopportal.settings import *  # noqa: E402, F403  the environment comes first

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["iopportal.tests.hashers.QuickArgon2"]
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405  a served test throws its database away with every connection
