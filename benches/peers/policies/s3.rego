package policy

import rego.v1

default allow := false

allow if {
    input.now < 1798761600000
    input.method in {"GET", "HEAD"}
    startswith(input.path, "/v1/tenants/acme/objects/")
    input.path != "/v1/tenants/acme/objects/"
    near
    input.hour >= 6
    input.hour < 22
    not denied
}

near if net.cidr_contains("10.0.0.0/8", input.ip)

near if net.cidr_contains("192.168.0.0/16", input.ip)

denied if contains(input.path, "/.admin/")

denied if endswith(input.path, "/.admin")
