"""How often the diagnosis is right, and how often it alarms for nothing, beside its peers in one run."""
