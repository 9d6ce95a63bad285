"""The doors: the only place that prints, takes arguments or picks an exit code."""
