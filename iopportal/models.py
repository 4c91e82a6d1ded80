"""None. Django sends `post_migrate`, which seeds the shipped rows, only to an app with this module."""
