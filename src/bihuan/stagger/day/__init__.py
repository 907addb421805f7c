"""A school's day: slots by class at gate, table, stair and tap."""
