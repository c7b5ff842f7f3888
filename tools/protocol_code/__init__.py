"""What tools/protocol is made of."""
