// Owns the precompiled header that every kernel module reuses; holds no code.
