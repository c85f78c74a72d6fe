"""Who is reminded of what, and when: worked out from the bookings as they stand."""
