"""Processes that cross ledgers: one function, one transaction, one story."""
