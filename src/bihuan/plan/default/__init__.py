"""Stated defaults for what a bare timetable does not say: the rows, and a day of them."""
