"""Answer a question from the library: find the entry, judge how sure that is, and quote the passage that answers."""
