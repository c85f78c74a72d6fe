"""Pages on the campaign itself: the public ones, and those of organisers and the agent."""
