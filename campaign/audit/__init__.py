"""The audit trail: one table, and one function that writes to it."""
