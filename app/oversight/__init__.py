"""Who saw whose data, what is held about a person, and its erasure: the person's rights and the auditor's work."""
