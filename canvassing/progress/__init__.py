"""What has happened at doors, kept as states and daily deltas; written by doorstep and the rebuild only."""
