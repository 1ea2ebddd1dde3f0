"""What other systems read of a batch."""
