"""Keys of the plan's rows, one type each, so that a class is never taken for a grade."""

from typing import NewType

SchoolCode = NewType("SchoolCode", str)
AreaCode = NewType("AreaCode", str)
GradeCode = NewType("GradeCode", str)
ClassCode = NewType("ClassCode", str)
ZoneCode = NewType("ZoneCode", str)
PersonId = NewType("PersonId", str)
DocumentCode = NewType("DocumentCode", str)
