"""The clinic: reads the traces a training run left behind and judges them by the library's symptoms."""
