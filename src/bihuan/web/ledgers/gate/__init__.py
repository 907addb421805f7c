"""What passes a school gate 校门出入: persons, visitors, vehicles, goods, leave slips."""
