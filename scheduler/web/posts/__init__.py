"""Pages of posts: the plan by week, one post, its picture, what came of it, and its short address."""
