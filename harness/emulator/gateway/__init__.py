"""The AWS API of the embedded cloud: MiniStack with responses corrected to match AWS."""
