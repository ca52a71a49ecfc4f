package policy

import rego.v1

default allow := false

allow if {
    input.action in {"view", "edit", "share", "delete"}
    "owner" in input.relations
}

allow if {
    input.action == "view"
    "viewer" in input.relations
}

allow if {
    input.action == "view"
    "public" in input.relations
}
