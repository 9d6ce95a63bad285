"""Which functions stand an edit in place, observed on the installed torch."""
