"""What the figures of a group say: pure functions of counts and records, each with how far the history reaches."""
