"""The campaign's own facts, one row, and the dates the law sets."""
