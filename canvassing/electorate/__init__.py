"""Polling districts, streets, blocks, households and electors: the ground truth of who lives where."""
