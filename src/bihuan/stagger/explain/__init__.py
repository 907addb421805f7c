"""What cannot all hold, proven, in the words of the plan, with the cheapest ways out."""
