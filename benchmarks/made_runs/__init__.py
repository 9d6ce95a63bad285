"""Small networks really trained on a CPU, well and badly, leaving the logs and checkpoints a trainer would leave."""
