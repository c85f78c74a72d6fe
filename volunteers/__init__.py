"""People: from signing up to being brought back."""
