"""What is heard at doors: the phone page and its sync protocol."""
