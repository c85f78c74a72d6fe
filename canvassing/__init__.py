"""Doors: from the register to what was heard and what is left."""
