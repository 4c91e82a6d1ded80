from patients.tests.conftest import house

__all__ = ["house"]
