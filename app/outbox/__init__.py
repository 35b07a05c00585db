"""What happened, stored with the act, and the feed that tells it."""
