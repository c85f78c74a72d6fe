"""Canvassing sessions and places in them."""
