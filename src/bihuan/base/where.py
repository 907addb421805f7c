"""Where a value was written: file, sheet, cell."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A place a clerk can go to; parts that do not apply are empty."""

    file: str = ""
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        """`file:sheet!cell`, without the parts that are not there."""
        place = "!".join(part for part in (self.sheet, self.cell) if part)
        return ":".join(part for part in (self.file, place) if part)
