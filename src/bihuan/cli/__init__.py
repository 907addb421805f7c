"""The commands of ``bihuan``; one module per floor."""
