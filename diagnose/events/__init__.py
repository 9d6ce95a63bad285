"""Event files: how TensorBoard's logs lie on disk, and how to read them as columns, fast and past damage."""
