"""A walk in somebody's hands, until handed back or run out."""
