"""The official areas: constituency, wards, their outlines, and points for postcodes."""
