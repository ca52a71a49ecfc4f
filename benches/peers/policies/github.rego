package policy

import rego.v1

default allow := false

allow if {
    input.action in {"pull", "fork"}
    "reader" in input.relations
}

allow if {
    input.action in {"assign_issue", "edit_issue"}
    "triager" in input.relations
}

allow if {
    input.action in {"push", "edit_page"}
    "writer" in input.relations
}

allow if {
    input.action == "delete_issue"
    "maintainer" in input.relations
}

allow if {
    input.action in {"add_writer", "delete_repository"}
    "admin" in input.relations
}
