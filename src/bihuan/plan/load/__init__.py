"""Reading and writing a plan: one table of sheets and columns drives all of it."""
