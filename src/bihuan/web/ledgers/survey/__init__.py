"""The survey of travel and health before a return 返校摸排."""
