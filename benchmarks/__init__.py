"""How much work a page is at a size nobody reaches soon: `python -m benchmarks`. Prints figures, asserts none."""
