"""How long a person waits for `kb lookup`, against Python itself and against importing its libraries."""
