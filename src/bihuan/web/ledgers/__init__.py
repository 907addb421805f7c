"""One folder per ledger 台账; `core` is what a ledger is."""
