"""Streets cut into walks: doors in walking order."""
