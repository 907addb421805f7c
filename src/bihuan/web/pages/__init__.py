"""What people look at while time runs."""
