"""What a citizen wrote, without what would tell who wrote it (design 4, "The citizen stays unknown")."""
