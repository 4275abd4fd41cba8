"""Each role's first page: what must I do now?"""
