"""Tensors in files: read without torch, summarised piece by piece, matched to what the optimizer remembers."""
