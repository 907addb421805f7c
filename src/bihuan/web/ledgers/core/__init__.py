"""What a ledger is: its declaration, and what every one can do by it."""
