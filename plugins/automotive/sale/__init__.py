"""From the offer to the signed contract and its money."""
