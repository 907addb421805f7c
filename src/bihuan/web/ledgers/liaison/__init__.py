"""Ledger of partners outside the school 联防联控协作机制联系表, and reports to them."""
