"""Acts that span slices and both apps: each one function, one transaction, one meaning."""
