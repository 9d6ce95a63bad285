"""How well `kb ask` answers, beside packaged search engines."""
