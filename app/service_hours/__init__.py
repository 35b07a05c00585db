"""Hours of services, as the EPJ pushes them: what is needed, decided and delivered (S3, S5)."""
