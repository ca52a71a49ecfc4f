package policy

import rego.v1

default allow := false

allow if {
    input.now < 1798761600000
    input.owner in {"11111111-2222-4333-8444-555555555555", "0d0c2f6e-3f5d-4b2b-9a7e-5a1d2c3b4e5f", "7b9e4c1a-8d2f-4e6b-b3a5-1c2d3e4f5a6b"}
    input.producer in {"c2a1b0d9-e8f7-4a6b-9c5d-4e3f2a1b0c9d", "5f4e3d2c-1b0a-4f9e-8d7c-6b5a4f3e2d1c"}
    input.application in {"metrics", "logs", "traces", "alerts"}
    {dc}
    input.labels.host == "web-01"
}
