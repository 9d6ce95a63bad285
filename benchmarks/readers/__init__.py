"""How right the readers are: the corpus of real logs against parsers that share no line with them."""
