"""What experiment trackers (W&B, SwanLab, MLflow, trackio) leave on disk, taken apart without their packages."""
