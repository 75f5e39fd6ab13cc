"""What a check is: its registration, context and expectations."""
