"""Words every floor shares: ids, units, places, problems, calendar, random streams."""
