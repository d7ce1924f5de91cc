"""Floor 0: compiled code that knows no network by name."""
