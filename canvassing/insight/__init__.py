"""Pages that show what was reached."""
