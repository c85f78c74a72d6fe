"""What every slice stands on: no models, no knowledge of the apps above."""
