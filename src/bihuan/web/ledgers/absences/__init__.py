"""Sick absences 因病缺课 and their trace to the return to class."""
