"""Reading and writing files: every reader has limits, and every fault names its file and line."""
