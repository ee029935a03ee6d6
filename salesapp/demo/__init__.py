"""What the demo is made of: invented, common names and everyday texts in the four languages. Data only."""
