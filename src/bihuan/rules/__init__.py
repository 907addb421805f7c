"""Decisions of the day and the dated rule book: pure functions, no ORM, no clock."""
