"""Application Auto Scaling, which MiniStack lacks."""
