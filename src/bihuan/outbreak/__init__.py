"""The outbreak engine: simulated epidemics of the very school that a plan describes."""
