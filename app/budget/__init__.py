"""The year's budget: frames, expected refunds, and the position (C5–C8, C10, C11)."""
