"""What keeps the records and what runs the operators."""
