"""Units as types: a reader and a form know from the type what a cell may hold."""

from typing import NewType

Celsius = NewType("Celsius", float)
Minutes = NewType("Minutes", float)
Hours = NewType("Hours", float)
Days = NewType("Days", int)
Share = NewType("Share", float)
"""A proportion in [0, 1]; a cell may say 90% or 0.9."""
SquareMetres = NewType("SquareMetres", float)
CubicMetres = NewType("CubicMetres", float)
Metres = NewType("Metres", float)
PerHour = NewType("PerHour", float)
"""Air changes per hour."""
MilligramPerLitre = NewType("MilligramPerLitre", float)
"""Available chlorine."""
PerHundredThousandDays = NewType("PerHundredThousandDays", float)
"""New infections per 100,000 persons and day."""
