"""A dealership's year to try things with."""
