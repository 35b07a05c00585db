"""Other systems: what they follow, fetch and send."""
