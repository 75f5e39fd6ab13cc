"""Application Auto Scaling, which MiniStack lacks: its API, and the scaling itself."""
