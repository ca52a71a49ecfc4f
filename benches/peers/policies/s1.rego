package policy

import rego.v1

default allow := false

allow if {
    input.now < 1798761600000
    granted
}

granted if {
    input.kind in {"read", "write", "conditional"}
    input.cache == "acorns"
}

granted if {
    input.kind == "read"
}

granted if {
    input.kind == "write"
    input.cache == "WriteCache"
    startswith(input.name, "WriteKey")
}

granted if {
    input.kind in {"publish", "subscribe"}
    input.cache == "walnuts"
    input.name == "mo_favorites"
}

granted if {
    input.kind == "subscribe"
}

granted if {
    input.kind == "publish"
    input.cache == "events"
    startswith(input.name, "audit-")
}

granted if {
    input.kind in {"read", "write", "conditional"}
    input.cache == "sessions"
    input.name == "user-42"
}

granted if {
    input.kind == "write"
    input.cache == "metrics"
}

granted if {
    input.kind in {"publish", "subscribe"}
    input.cache == "chat"
}

granted if {
    input.kind in {"read", "write", "conditional"}
    input.cache == "pistachios"
    startswith(input.name, "tenant-7/")
}
