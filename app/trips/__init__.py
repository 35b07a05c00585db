"""Holiday trips with the municipality's staff (T): the scheme's versions, and what a trip would cost."""
