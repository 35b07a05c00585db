"""The stairs of activity and of housing: what is offered on which step, how many places there are, what is missing."""
