"""The opening calendar of a district: batches, days, capacities."""
