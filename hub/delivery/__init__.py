"""How the hub sends: one post office out, one lane for each platform, state that reaches whoever missed it."""
