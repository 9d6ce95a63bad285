"""Files of trackers, written by their own packages, against what our readers make of them."""
