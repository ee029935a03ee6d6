"""What sales people mean: plain values and rules, with no framework, no input and no output."""
