"""The library: what polyps, data sets, training concepts, pitfalls and symptoms are."""
