"""The delivery: its day, the checks, the photographs, the car itself."""
