"""The closed loop: the only place where the engines meet."""
