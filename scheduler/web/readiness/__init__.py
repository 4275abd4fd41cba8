"""The school's pages between plan and visit."""
