"""Whether the cause named from a checkpoint is the true one, and how often a healthy checkpoint raises an alarm."""
