"""Participants (deltakar): who they are, whom to call, and what other systems call them."""
