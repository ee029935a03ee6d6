"""What is due: work that was asked for in a business transaction, and what comes back by the clock."""
