"""Posters and friends: the links that bring people, and what each brought."""
