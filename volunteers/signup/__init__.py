"""From a poster's QR code to a booked session: one page."""
