"""What every endpoint shares: problems, strict input, pages, preconditions, idempotency, request ids."""
