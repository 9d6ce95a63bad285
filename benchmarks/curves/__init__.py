"""How long all checks of curves take on many long curves."""
