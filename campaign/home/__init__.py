"""Pages on the campaign itself, and the roof over both apps: navigation, theme, what every template may name."""
