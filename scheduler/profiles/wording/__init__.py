"""What a profile says in a language: sentence by sentence, each number with the origin of its rows."""
