package policy

import rego.v1

default allow := false

allow if {
    input.action == "CreateList"
    not "intern" in input.relations
}

allow if {
    input.action in {"GetList", "UpdateList", "CreateTask", "UpdateTask", "DeleteTask", "DeleteList", "EditShares"}
    "owner" in input.relations
}

allow if {
    input.action == "GetList"
    "reader" in input.relations
}

allow if {
    input.action in {"GetList", "UpdateList", "CreateTask", "UpdateTask", "DeleteTask"}
    "editor" in input.relations
}
