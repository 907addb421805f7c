"""Typed JSON over the same flows."""
