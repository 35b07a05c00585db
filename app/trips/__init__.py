"""Holiday trips with the municipality's staff (T): scheme, rounds, applications, and what a trip costs."""
