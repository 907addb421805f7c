"""Django's own backend of PostgreSQL, except how a kept connection is asked whether it lives."""
