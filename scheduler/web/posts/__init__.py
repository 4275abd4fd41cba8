"""Pages of posts: the plan of a month, one post, its picture, what came of it, and its short address."""
