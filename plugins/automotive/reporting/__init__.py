"""The figures of the showroom, each explained and leading to its list."""
