"""How plugins are found, checked, listed and called, so that a broken one never breaks the house."""
