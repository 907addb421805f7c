"""What if 情景推演: the levers of a plan, and a warmed process that answers within a second."""
