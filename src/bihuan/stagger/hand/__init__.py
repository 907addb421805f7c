"""Calendars made or mended by hand: read from 错峰返校安排表, turned into locks."""
