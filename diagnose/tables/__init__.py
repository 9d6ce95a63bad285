"""Rows of numbers, from whatever text they were written in: decode, parse cells, find the clock, cut into segments."""
