"""Application Auto Scaling, which MiniStack does not implement: its API and the scaling."""
