"""A ledger with everything a ledger can have, for the tests of the kernel."""
