"""The first contact: the register of the showroom, levels, what people are interested in, leads from files."""
