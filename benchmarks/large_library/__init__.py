"""Whether the library still answers at once when it is three or sixty times as large."""
