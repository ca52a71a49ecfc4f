//! What a token binds: vocabulary, keys, audience, time.
