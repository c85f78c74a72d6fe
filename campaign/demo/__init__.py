"""An invented campaign, always the same for the same seed: nobody in it exists."""
