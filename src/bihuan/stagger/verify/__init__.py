"""The independent checker: knows the plan and the answer, nothing of the solvers."""
